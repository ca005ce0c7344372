"""Publishers' servers for tests: real HTTP on loopback, with validators; notes what is asked."""

import hashlib
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape


@dataclass
class Item:
    """What a publisher writes about one event."""

    title: str
    published_at: datetime
    text: str = "A text."
    guid: str = ""
    image: str = ""
    link: str = ""


@dataclass
class PublisherServer:
    """Documents by path. `requests` holds (path, status) of every answer, oldest first; `forms`
    what was posted.
    """

    feeds: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    redirects: dict[str, tuple[int, str]] = field(default_factory=dict)
    refusals: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    requests: list[tuple[str, int]] = field(default_factory=list)
    unconditional: list[str] = field(default_factory=list)
    """Paths that were asked for without a validator."""
    delay: float = 0
    at_once: int = 0
    most_at_once: int = 0
    forms: list[dict[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        server = ThreadingHTTPServer(("127.0.0.1", 0), make_handler(self))
        server.daemon_threads = True
        self.http = server
        self.port = server.server_port
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def publish(self, path: str, *items: Item) -> None:
        self.feeds[path] = make_rss(self.url(""), items).encode()


def make_rss(site: str, items: tuple[Item, ...]) -> str:
    entries = "".join(
        f"<item><title>{escape(item.title)}</title>"
        f"<link>{item.link or site + '/' + slug(item)}</link>"
        f"<guid isPermaLink='false'>{item.guid or slug(item)}</guid>"
        f"<pubDate>{format_datetime(item.published_at)}</pubDate>"
        f"<description>{escape(item.text)}</description>"
        + (f"<enclosure url='{item.image}' type='image/png' length='1'/>" if item.image else "")
        + "</item>"
        for item in items
    )
    return f"<rss version='2.0'><channel><title>Feed</title>{entries}</channel></rss>"


def slug(item: Item) -> str:
    return hashlib.sha256((item.guid or item.title).encode()).hexdigest()[:12]


def make_handler(server: PublisherServer) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (PublisherHandler,), {"publisher": server})


class PublisherHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    publisher: PublisherServer

    def do_GET(self) -> None:
        self.publisher.at_once += 1
        self.publisher.most_at_once = max(self.publisher.most_at_once, self.publisher.at_once)
        time.sleep(self.publisher.delay)
        self.find()
        self.publisher.at_once -= 1

    def find(self) -> None:
        known = self.headers.get("If-None-Match")
        if known is None:
            self.publisher.unconditional.append(self.path)
        if self.path in self.publisher.refusals:
            self.answer(*self.publisher.refusals[self.path])
        elif self.path in self.publisher.redirects:
            self.redirect()
        elif (body := self.publisher.feeds.get(self.path)) is None:
            self.answer(404, b"", {})
        else:
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            headers = {"ETag": etag} | self.publisher.headers.get(self.path, {})
            self.answer(*((304, b"") if known == etag else (200, body)), headers)

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path in self.publisher.redirects:
            self.redirect()
            return
        self.publisher.forms.append(dict(parse_qsl(sent)))
        self.answer(202, b"", {})

    def redirect(self) -> None:
        status, target = self.publisher.redirects[self.path]
        self.answer(status, b"", {"Location": target})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.publisher.requests.append((self.path, status))
        self.send_response(status)
        for name, value in {"Content-Type": "application/rss+xml", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: tests look at `requests`."""
