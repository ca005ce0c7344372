"""Four invented publishers on one loopback server: feeds with validators, pages, pictures."""

import argparse
import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

from aiohttp import web

ARTICLES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("articles.toml").read_text()
)["article"]
NAMES = {
    "hill-courier": "Hill Courier",
    "lake-tribune": "Lake Tribune",
    "daily-pass": "The Daily Pass",
    "valley-post": "Valley Post",
}
ATOM = {"daily-pass", "valley-post"}
COLOURS = ["#0b6e4f", "#7a3e9d", "#b5541c", "#1c5fb5", "#a3284f", "#2f6f7e", "#6b7a1e"]


@dataclass
class Newsroom:
    """Which articles are out, and since when. Kept in a file, so that a restart repeats nothing."""

    path: Path
    published: dict[int, datetime] = field(default_factory=dict)
    bulletins: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = json.loads(self.path.read_text()) if self.path.exists() else {}
        now = datetime.now(UTC).replace(microsecond=0)
        begun = datetime.fromisoformat(known.get("begun", now.isoformat()))
        for number, article in enumerate(ARTICLES):
            if "age_hours" in article:
                self.published[number] = begun - timedelta(hours=article["age_hours"])
        self.begun = begun
        for number, at in known.get("published", {}).items():
            self.published[int(number)] = datetime.fromisoformat(at)
        self.bulletins = [datetime.fromisoformat(at) for at in known.get("bulletins", [])]
        self.save()

    def save(self) -> None:
        state = {
            "begun": self.begun.isoformat(),
            "published": {n: at.isoformat() for n, at in self.published.items()},
            "bulletins": [at.isoformat() for at in self.bulletins],
        }
        self.path.write_text(json.dumps(state))

    def publish(self, now: datetime) -> dict[str, Any]:
        """Bring out the next article; when all are out, a numbered bulletin."""
        left = [number for number in range(len(ARTICLES)) if number not in self.published]
        if left:
            self.published[left[0]] = now
        else:
            self.bulletins.append(now)
        self.save()
        return self.articles()[left[0] if left else len(ARTICLES) + len(self.bulletins) - 1]

    def articles(self) -> dict[int, dict[str, Any]]:
        """All that is out, by number."""
        out = {n: ARTICLES[n] | {"number": n, "at": at} for n, at in self.published.items()}
        for index, at in enumerate(self.bulletins):
            number = len(ARTICLES) + index
            title = f"Road bulletin {index + 1} of {at:%d %B, %H:%M} for Nagorno-Karabakh"
            out[number] = {
                "publisher": "valley-post",
                "section": "Transport",
                "title": title,
                "text": "All passes are open. The next bulletin follows when that changes.",
                "number": number,
                "at": at,
            }
        return out


def make_rss(site: str, slug: str, articles: list[dict[str, Any]]) -> str:
    items = "".join(
        f"<item><title>{escape(a['title'])}</title><link>{site}/{slug}/{a['number']}</link>"
        f"<guid isPermaLink='false'>{slug}-{a['number']}</guid>"
        f"<pubDate>{format_datetime(a['at'])}</pubDate>"
        f"<category>{a['section']}</category>"
        f"<media:content url='{site}/images/{a['number']}.svg' medium='image'/>"
        f"<description>{escape(make_html(a))}</description></item>"
        for a in articles
    )
    return (
        "<?xml version='1.0' encoding='utf-8'?>"
        "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'>"
        f"<channel><title>{NAMES[slug]}</title><link>{site}/{slug}</link>{items}</channel></rss>"
    )


def make_atom(site: str, slug: str, articles: list[dict[str, Any]]) -> str:
    entries = "".join(
        f"<entry><title>{escape(a['title'])}</title><id>urn:{slug}:{a['number']}</id>"
        f"<link href='{site}/{slug}/{a['number']}'/>"
        f"<link rel='enclosure' type='image/svg+xml' href='{site}/images/{a['number']}.svg'/>"
        f"<published>{a['at'].isoformat()}</published><updated>{a['at'].isoformat()}</updated>"
        f"<content type='html'>{escape(make_html(a))}</content></entry>"
        for a in articles
    )
    return (
        "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'>"
        f"<title>{NAMES[slug]}</title><id>urn:{slug}</id>{entries}</feed>"
    )


def make_html(article: dict[str, Any]) -> str:
    paragraphs = article["text"].strip().split("\n\n")
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)


def make_picture(number: int) -> str:
    """Hills under a sky: a picture of our own for each article."""
    sky, hill = COLOURS[number % len(COLOURS)], COLOURS[(number * 3 + 1) % len(COLOURS)]
    sun = 120 + number * 97 % 560
    return (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 800 450'>"
        f"<rect width='800' height='450' fill='{sky}' opacity='.35'/>"
        f"<circle cx='{sun}' cy='130' r='52' fill='#fff' opacity='.8'/>"
        f"<path d='M0 330 Q140 {210 + number * 13 % 60} 300 300 T560 280 T800 250 V450 H0Z'"
        f" fill='{hill}' opacity='.55'/>"
        f"<path d='M0 390 Q200 300 420 370 T800 340 V450 H0Z' fill='{hill}'/></svg>"
    )


def make_server(newsroom: Newsroom, site: str) -> web.Application:
    fetched: dict[str, int] = dict.fromkeys(NAMES, 0)

    async def feed(request: web.Request) -> web.Response:
        slug = request.match_info["slug"]
        mine = [a for a in newsroom.articles().values() if a["publisher"] == slug]
        mine.sort(key=lambda article: article["at"], reverse=True)
        body = (make_atom if slug in ATOM else make_rss)(site, slug, mine).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        fetched[slug] += 1
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, headers={"ETag": etag}, content_type="application/xml")

    async def page(request: web.Request) -> web.Response:
        article = newsroom.articles().get(int(request.match_info["number"]))
        if article is None:
            raise web.HTTPNotFound
        title = escape(article["title"])
        head = f"<!DOCTYPE html><title>{title}</title><h1>{title}</h1>"
        return web.Response(text=head + make_html(article), content_type="text/html")

    async def picture(request: web.Request) -> web.Response:
        svg = make_picture(int(request.match_info["number"]))
        return web.Response(text=svg, content_type="image/svg+xml")

    async def publish(_: web.Request) -> web.Response:
        article = newsroom.publish(datetime.now(UTC).replace(microsecond=0))
        return web.json_response(
            {"title": article["title"], "publisher": NAMES[article["publisher"]]}
        )

    async def counts(_: web.Request) -> web.Response:
        return web.json_response(fetched)

    app = web.Application()
    app.router.add_get("/{slug:" + "|".join(NAMES) + "}/feed.xml", feed)
    app.router.add_get(r"/{slug}/{number:\d+}", page)
    app.router.add_get(r"/images/{number:\d+}.svg", picture)
    app.router.add_post("/publish", publish)
    app.router.add_get("/counts", counts)
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    asked = parser.parse_args()
    site = f"http://127.0.0.1:{asked.port}"
    app = make_server(Newsroom(asked.state), site)
    web.run_app(app, host="127.0.0.1", port=asked.port, access_log=None, print=None)


if __name__ == "__main__":
    main()
