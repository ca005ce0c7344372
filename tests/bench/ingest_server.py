"""`python -m tests.bench.ingest_server`: 200 feeds of 50 entries over HTTP, with ETags and gzip.

Prints its port. `POST /state?name=`: "first", "edited" (3 of 50 entries say something new) or
"bare" (as edited, without validators). `GET /cpu`: its own CPU seconds.
"""

import gzip
import hashlib
import random
import socket
import sys
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

from aiohttp import web

from articles.feeds.parse import parse
from articles.feeds.xml import ParseError

FEEDS, ENTRIES, EDITED = 200, 50, 3
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "ingest" / "feeds"
BEGUN = datetime(2026, 3, 2, 12, tzinfo=UTC)


def find_bodies() -> list[str]:
    """HTML as publishers write it: of the sample feeds where they are, else of our own making."""
    bodies = []
    for path in sorted(SAMPLES.iterdir()) if SAMPLES.exists() else []:
        try:
            entries = parse(path.read_bytes()).entries
        except ParseError:
            continue
        bodies += [entry.content or entry.summary for entry in entries[:ENTRIES]]
    return bodies or make_bodies()


def make_bodies() -> list[str]:
    """Paragraphs of invented words with links, pictures, lists, tables and a few scripts."""
    luck = random.Random(7)
    letters = "aeioulnrstmkd"
    words = ["".join(luck.choices(letters, k=luck.randint(2, 9))) for _ in range(4_000)]

    def paragraph() -> str:
        text = " ".join(luck.choices(words, k=luck.randint(20, 90)))
        link = f' <a href="/news/{luck.randint(1, 999)}" onclick="x()">more</a>'
        return f'<p class="body">{text}{link if luck.random() < 0.3 else ""}&nbsp;</p>'

    def body() -> str:
        parts = [paragraph() for _ in range(luck.randint(1, 16))]
        parts.append(f'<img src="https://cdn.example/{luck.randint(1, 99)}.jpg" alt="A picture">')
        if luck.random() < 0.2:
            parts.append("<script>track()</script><table><tr><td>1</td><td>2</td></tr></table>")
        return "".join(parts)

    return [body() for _ in range(2_000)]


def make_feed(number: int, bodies: list[str], edited: int) -> bytes:
    def item(entry: int) -> str:
        body = bodies[(number * ENTRIES + entry) % len(bodies)]
        if entry < edited:
            body += "<p>Added later.</p>"
        at = format_datetime(BEGUN - timedelta(minutes=entry * 17))
        link = f"https://news-{number}.example/{entry}"
        return (
            f"<item><title>News {number} about subject {entry} of the day</title>"
            f"<link>{link}</link><guid isPermaLink='false'>{link}#{entry}</guid>"
            f"<pubDate>{at}</pubDate><category>News</category><dc:creator>A Writer</dc:creator>"
            f"<description>{escape(body)}</description></item>"
        )

    return (
        "<?xml version='1.0' encoding='utf-8'?>"
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>"
        f"<title>Publisher {number}</title><link>https://news-{number}.example/</link>"
        f"<description>News</description><language>en</language>"
        f"{''.join(map(item, range(ENTRIES)))}</channel></rss>"
    ).encode()


class Server:
    def __init__(self) -> None:
        bodies = find_bodies()
        self.feeds = {
            name: [self.packed(make_feed(number, bodies, edited)) for number in range(FEEDS)]
            for name, edited in (("first", 0), ("edited", EDITED))
        }
        self.state = "first"

    def packed(self, body: bytes) -> tuple[bytes, str]:
        return gzip.compress(body, 6), f'"{hashlib.sha256(body).hexdigest()[:20]}"'

    async def feed(self, request: web.Request) -> web.Response:
        is_bare = self.state == "bare"
        number = int(request.match_info["number"])
        body, etag = self.feeds["edited" if is_bare else self.state][number]
        headers = {"Content-Type": "application/rss+xml; charset=utf-8"}
        if not is_bare:
            headers["ETag"] = etag
            if request.headers.get("If-None-Match") == etag:
                return web.Response(status=304, headers=headers)
        return web.Response(body=body, headers=headers | {"Content-Encoding": "gzip"})

    async def switch(self, request: web.Request) -> web.Response:
        self.state = request.query["name"]
        return web.Response()

    async def cpu(self, _: web.Request) -> web.Response:
        return web.json_response(time.process_time())


def main() -> None:
    server, app = Server(), web.Application()
    app.add_routes(
        [
            web.get(r"/{number:\d+}.xml", server.feed),
            web.post("/state", server.switch),
            web.get("/cpu", server.cpu),
        ]
    )
    # It listens before it says so: who reads the port may connect.
    with socket.create_server(("", 0), backlog=FEEDS) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        web.run_app(app, sock=listener, access_log=None, print=None)


if __name__ == "__main__":
    main()
