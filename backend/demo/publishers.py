"""Four invented publishers on one loopback server: feeds with validators, pages, pictures."""

import argparse
import hashlib
import json
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

from aiohttp import web

WRITTEN: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("articles.toml").read_text(encoding="utf-8")
)
PUBLISHERS = {
    "hill-courier": ("Hill Courier", "Society"),
    "lake-tribune": ("Lake Tribune", "Politics"),
    "daily-pass": ("The Daily Pass", "Science"),
    "valley-post": ("Valley Post", "Transport"),
}
ATOM = {"daily-pass", "valley-post"}
COLOURS = ["#0b6e4f", "#7a3e9d", "#b5541c", "#1c5fb5", "#a3284f", "#2f6f7e", "#6b7a1e"]


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

    def __post_init__(self) -> None:
        if self.path.exists():
            kept = json.loads(self.path.read_text())
            self.published = {
                int(number): datetime.fromisoformat(at) for number, at in kept["published"].items()
            }
            self.follow_ups = [datetime.fromisoformat(at) for at in kept["follow_ups"]]
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

    def articles(self) -> dict[int, Article]:
        """All that is out, by number, the newest first."""
        out = [
            Article(number, written["publisher"], written["title"], written["text"], at)
            for number, at in self.published.items()
            for written in [WRITTEN["article"][number]]
        ]
        out += [self.follow_up(index, at) for index, at in enumerate(self.follow_ups)]
        out.sort(key=lambda article: article.published_at, reverse=True)
        return {article.number: article for article in out}

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


def make_rss(site: str, slug: str, articles: list[Article]) -> str:
    items = "".join(
        f"<item><title>{escape(each.title)}</title><link>{site}{each.path}</link>"
        f"<guid isPermaLink='false'>{slug}-{each.number}</guid>"
        f"<pubDate>{format_datetime(each.published_at)}</pubDate>"
        f"<media:content url='{site}/images/{each.number}.svg' medium='image'/>"
        f"<description>{escape(each.html)}</description></item>"
        for each in articles
    )
    return (
        "<?xml version='1.0' encoding='utf-8'?>"
        "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'>"
        f"<channel><title>{PUBLISHERS[slug][0]}</title><link>{site}/{slug}</link>"
        f"<description>Invented news</description>{items}</channel></rss>"
    )


def make_atom(site: str, slug: str, articles: list[Article]) -> str:
    entries = "".join(
        f"<entry><title>{escape(each.title)}</title><id>urn:{slug}:{each.number}</id>"
        f"<link href='{site}{each.path}'/>"
        f"<link rel='enclosure' type='image/svg+xml' href='{site}/images/{each.number}.svg'/>"
        f"<published>{each.published_at.isoformat()}</published>"
        f"<updated>{each.published_at.isoformat()}</updated>"
        f"<content type='html'>{escape(each.html)}</content></entry>"
        for each in articles
    )
    updated = f"<updated>{articles[0].published_at.isoformat()}</updated>" if articles else ""
    return (
        "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'>"
        f"<title>{PUBLISHERS[slug][0]}</title><id>urn:{slug}</id>{updated}{entries}</feed>"
    )


def make_page(title: str, body: str) -> web.Response:
    head = f"<!DOCTYPE html><html lang='en'><meta charset='utf-8'><title>{escape(title)}</title>"
    return web.Response(text=f"{head}<h1>{escape(title)}</h1>{body}", content_type="text/html")


def make_picture(number: int) -> str:
    """Hills under a sky: a picture of our own for each article."""
    sky, hill = COLOURS[number % len(COLOURS)], COLOURS[(number * 3 + 1) % len(COLOURS)]
    sun = 260 + number * 97 % 280
    return (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 800 450'>"
        "<rect width='800' height='450' fill='#fff'/>"
        f"<rect width='800' height='450' fill='{sky}' opacity='.35'/>"
        f"<circle cx='{sun}' cy='130' r='52' fill='#fff' opacity='.8'/>"
        f"<path d='M0 330 Q140 {210 + number * 13 % 60} 300 300 T560 280 T800 250 V450 H0Z'"
        f" fill='{hill}' opacity='.55'/>"
        f"<path d='M0 390 Q200 300 420 370 T800 340 V450 H0Z' fill='{hill}'/></svg>"
    )


class Site:
    """One method for each route. `fetched` counts the fetches of each feed, 304s included."""

    def __init__(self, newsroom: Newsroom, address: str) -> None:
        self.newsroom, self.address = newsroom, address
        self.fetched = Counter(dict.fromkeys(PUBLISHERS, 0))

    def make_app(self) -> web.Application:
        slug = "{slug:" + "|".join(PUBLISHERS) + "}"
        app = web.Application()
        app.add_routes(
            [
                web.get(f"/{slug}", self.home),
                web.get(f"/{slug}/feed.xml", self.feed),
                web.get(rf"/{slug}/{{number:\d+}}", self.page),
                web.get(r"/images/{number:\d+}.svg", self.picture),
                web.post("/publish", self.publish),
                web.get("/counts", self.counts),
            ]
        )
        return app

    def articles_by(self, slug: str) -> list[Article]:
        return [each for each in self.newsroom.articles().values() if each.publisher == slug]

    async def feed(self, request: web.Request) -> web.Response:
        slug = request.match_info["slug"]
        make = make_atom if slug in ATOM else make_rss
        body = make(self.address, slug, self.articles_by(slug)).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        self.fetched[slug] += 1
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        kind = "application/atom+xml" if slug in ATOM else "application/rss+xml"
        return web.Response(body=body, headers={"ETag": etag}, content_type=kind, charset="utf-8")

    async def home(self, request: web.Request) -> web.Response:
        slug = request.match_info["slug"]
        articles = self.articles_by(slug)
        links = (f"<li><a href='{each.path}'>{escape(each.title)}</a>" for each in articles)
        return make_page(PUBLISHERS[slug][0], f"<ul>{''.join(links)}</ul>")

    async def page(self, request: web.Request) -> web.Response:
        article = self.newsroom.articles().get(int(request.match_info["number"]))
        if article is None or article.path != request.path:
            raise web.HTTPNotFound
        picture = f"<img src='/images/{article.number}.svg' alt='' width='640'>"
        return make_page(article.title, picture + article.html)

    async def picture(self, request: web.Request) -> web.Response:
        svg = make_picture(int(request.match_info["number"]))
        return web.Response(text=svg, content_type="image/svg+xml")

    async def publish(self, request: web.Request) -> web.Response:
        """`?about=WORD` wants an article with the word in its title; 204 where all are out."""
        now = datetime.now(UTC).replace(microsecond=0)
        article = self.newsroom.publish(now, request.query.get("about", ""))
        if article is None:
            return web.Response(status=204)
        name, _ = PUBLISHERS[article.publisher]
        return web.json_response(
            {"title": article.title, "publisher": name, "url": self.address + article.path}
        )

    async def counts(self, _: web.Request) -> web.Response:
        return web.json_response(self.fetched)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    asked = parser.parse_args()
    site = Site(Newsroom(asked.state), f"http://127.0.0.1:{asked.port}")
    web.run_app(
        site.make_app(),
        host="127.0.0.1",
        port=asked.port,
        access_log=None,
        print=None,
        shutdown_timeout=1,
    )


if __name__ == "__main__":
    main()
