"""What the invented publishers have brought out, and what comes next."""

import json
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

WRITTEN: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("articles.toml").read_text(encoding="utf-8")
)

FIRST_RETELLING = 1_000_000  # so that their numbers are no other's


@dataclass(frozen=True, slots=True)
class Article:
    """What a publisher has brought out. The number is its address and never given twice."""

    number: int
    publisher: str
    title: str
    text: str
    published_at: datetime

    @property
    def path(self) -> str:
        return f"/{self.publisher}/{self.number}"

    @property
    def html(self) -> str:
        paragraphs = self.text.strip().split("\n\n")
        return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)


@dataclass
class Newsroom:
    """Which articles are out, and since when. Kept in a file, so that a restart repeats nothing."""

    path: Path
    published: dict[int, datetime] = field(default_factory=dict)
    follow_ups: list[datetime] = field(default_factory=list)
    retold: dict[int, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.path.exists():
            kept = json.loads(self.path.read_text())
            self.published = {
                int(number): datetime.fromisoformat(at) for number, at in kept["published"].items()
            }
            self.follow_ups = [datetime.fromisoformat(at) for at in kept["follow_ups"]]
            retold = kept.get("retold", {})
            self.retold = {int(n): datetime.fromisoformat(at) for n, at in retold.items()}
            return
        now = datetime.now(UTC).replace(microsecond=0)
        for number, article in enumerate(WRITTEN["article"]):
            if "age_hours" in article:
                self.published[number] = now - timedelta(hours=article["age_hours"])
        self.save()

    def save(self) -> None:
        kept = {
            "published": {number: at.isoformat() for number, at in self.published.items()},
            "follow_ups": [at.isoformat() for at in self.follow_ups],
            "retold": {number: at.isoformat() for number, at in self.retold.items()},
        }
        # Renamed into place: a kill in mid-write would leave a file that no restart can read.
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(kept))
        part.replace(self.path)

    def publish(self, now: datetime, about: str = "") -> Article | None:
        """Bring out the next article with `about` in its title.

        When all are out: None, or where a subject was asked for, a numbered and dated follow-up.
        """
        left = (
            number
            for number, article in enumerate(WRITTEN["article"])
            if number not in self.published and about in article["title"]
        )
        number = next(left, None)
        if number is not None:
            self.published[number] = now
        elif about:
            self.follow_ups.append(now)
            number = len(WRITTEN["article"]) + len(self.follow_ups) - 1
        else:
            return None
        self.save()
        return self.articles()[number]

    def retell(self, now: datetime) -> list[Article]:
        """Bring out what other publishers make of the articles that are out."""
        out = {WRITTEN["article"][number]["title"] for number in self.published}
        new = [
            number
            for number, retelling in enumerate(WRITTEN["retelling"])
            if retelling["of"] in out and number not in self.retold
        ]
        self.retold |= dict.fromkeys(new, now)
        self.save()
        return [self.retelling(number, now) for number in new]

    def articles(self) -> dict[int, Article]:
        """All that is out, by number, the newest first."""
        out = [
            Article(number, written["publisher"], written["title"], written["text"], at)
            for number, at in self.published.items()
            for written in [WRITTEN["article"][number]]
        ]
        out += [self.follow_up(index, at) for index, at in enumerate(self.follow_ups)]
        out += [self.retelling(number, at) for number, at in self.retold.items()]
        out.sort(key=lambda article: article.published_at, reverse=True)
        return {article.number: article for article in out}

    def retelling(self, number: int, at: datetime) -> Article:
        written = WRITTEN["retelling"][number]
        own = FIRST_RETELLING + number
        return Article(own, written["publisher"], written["title"], written["text"], at)

    def follow_up(self, index: int, at: datetime) -> Article:
        written = WRITTEN["follow_up"][index % len(WRITTEN["follow_up"])]
        facts = {"number": index + 1, "date": f"{at.day} {at:%B}"}
        return Article(
            number=len(WRITTEN["article"]) + index,
            publisher=written["publisher"],
            title=written["title"].format(**facts),
            text=written["text"].format(**facts),
            published_at=at,
        )
