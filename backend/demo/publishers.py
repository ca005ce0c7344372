"""Four invented publishers on one loopback server: feeds of four kinds, pages, pictures, a hub."""

import argparse
import asyncio
import hashlib
import hmac
import socket
import sys
from collections import Counter
from collections.abc import Coroutine
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from secrets import token_hex

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from backend.demo.documents import COLOURS, FEEDS, PUBLISHERS, make_article_page, make_page
from backend.demo.newsroom import Article, Newsroom
from backend.demo.scenery import draw_mark, draw_scene

HUBBED = "lake-tribune"  # whose news the hub sends on at once


class Hub:
    """A WebSub hub for one feed. It forgets its subscribers when it stops, and they ask again."""

    def __init__(self) -> None:
        self.subscribers: dict[str, str] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def subscribe(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.later(self.verify(form))
        return web.Response(status=202)

    async def verify(self, form: dict[str, str]) -> None:
        """Ask the subscriber whether it was it who asked."""
        challenge = token_hex(8)
        asked = {name: form[name] for name in ("hub.mode", "hub.topic", "hub.lease_seconds")}
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            url, params = form["hub.callback"], asked | {"hub.challenge": challenge}
            async with session.get(url, params=params) as answer:
                if answer.ok and await answer.text() == challenge:
                    self.subscribers[url] = form.get("hub.secret", "")

    def send(self, body: bytes, content_type: str) -> None:
        for url, secret in self.subscribers.items():
            self.later(self.deliver(url, secret, body, content_type))

    async def deliver(self, url: str, secret: str, body: bytes, content_type: str) -> None:
        digest = hmac.new(secret.encode(), body, "sha256").hexdigest()
        headers = {"X-Hub-Signature": f"sha256={digest}", "Content-Type": content_type}
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=10)) as session,
                session.post(url, data=body, headers=headers),
            ):
                pass
        except (ClientError, TimeoutError) as error:  # who was not reached is left to polling
            sys.stderr.write(f"hub: {url} not reached: {error or type(error).__name__}\n")

    def later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


class Site:
    """One method for each route. `fetched` counts the fetches of each feed, 304s included."""

    def __init__(self, newsroom: Newsroom, address: str) -> None:
        self.newsroom, self.address = newsroom, address
        self.fetched = Counter(dict.fromkeys(PUBLISHERS, 0))
        self.hub = Hub()

    def make_app(self) -> web.Application:
        slug = "{slug:" + "|".join(PUBLISHERS) + "}"
        app = web.Application()
        app.add_routes(
            [
                web.get(f"/{slug}", self.home),
                web.get(rf"/{slug}/{{number:\d+}}", self.page),
                web.get(f"/{slug}/mark.png", self.mark),
                web.get(f"/{slug}/{{feed:.+}}", self.feed),
                web.get(r"/images/{number:\d+}.jpg", self.picture),
                web.post("/hub", self.hub.subscribe),
                web.post("/publish", self.publish),
                web.post("/retell", self.retell),
                web.get("/counts", self.counts),
            ]
        )
        return app

    def articles_by(self, slug: str) -> list[Article]:
        return [each for each in self.newsroom.articles().values() if each.publisher == slug]

    def write_feed(self, slug: str) -> tuple[bytes, str]:
        """The document and its content type."""
        _, content_type, make = FEEDS[slug]
        return make(self.address, slug, self.articles_by(slug)).encode(), content_type

    async def feed(self, request: web.Request) -> web.Response:
        slug = request.match_info["slug"]
        if request.match_info["feed"] != FEEDS[slug][0]:
            raise web.HTTPNotFound
        body, content_type = self.write_feed(slug)
        headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"'}
        if slug == HUBBED:
            itself = f"{self.address}{request.path}"
            headers["Link"] = f'<{self.address}/hub>; rel="hub", <{itself}>; rel="self"'
        self.fetched[slug] += 1
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, headers=headers, content_type=content_type, charset="utf-8")

    async def home(self, request: web.Request) -> web.Response:
        slug = request.match_info["slug"]
        articles = self.articles_by(slug)
        links = (f"<li><a href='{each.path}'>{escape(each.title)}</a>" for each in articles)
        page = make_page(PUBLISHERS[slug][0], f"<ul>{''.join(links)}</ul>")
        return web.Response(text=page, content_type="text/html")

    async def page(self, request: web.Request) -> web.Response:
        article = self.newsroom.articles().get(int(request.match_info["number"]))
        if article is None or article.path != request.path:
            raise web.HTTPNotFound
        page = make_article_page(self.address, article)
        return web.Response(text=page, content_type="text/html")

    async def picture(self, request: web.Request) -> web.Response:
        scene = draw_scene(int(request.match_info["number"]))
        return web.Response(body=scene, content_type="image/jpeg")

    async def mark(self, request: web.Request) -> web.Response:
        slug = request.match_info["slug"]
        body = draw_mark(PUBLISHERS[slug][0][0], COLOURS[slug])
        return web.Response(body=body, content_type="image/png")

    async def publish(self, request: web.Request) -> web.Response:
        """`?about=WORD` wants an article with the word in its title; 204 where all are out."""
        now = datetime.now(UTC).replace(microsecond=0)
        article = self.newsroom.publish(now, request.query.get("about", ""))
        if article is None:
            return web.Response(status=204)
        if article.publisher == HUBBED:
            self.hub.send(*self.write_feed(HUBBED))
        name, _ = PUBLISHERS[article.publisher]
        return web.json_response(
            {"title": article.title, "publisher": name, "url": self.address + article.path}
        )

    async def retell(self, _: web.Request) -> web.Response:
        """What others make of what is out; their addresses."""
        articles = self.newsroom.retell(datetime.now(UTC).replace(microsecond=0))
        return web.json_response([self.address + article.path for article in articles])

    async def counts(self, _: web.Request) -> web.Response:
        """Fetches of each feed, and who listens to the hub."""
        return web.json_response(self.fetched | {"hub": len(self.hub.subscribers)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="of a socket that listens")
    parser.add_argument("--state", type=Path, required=True)
    asked = parser.parse_args()
    listener = socket.socket(fileno=asked.fd)
    site = Site(Newsroom(asked.state), f"http://127.0.0.1:{listener.getsockname()[1]}")
    web.run_app(
        site.make_app(),
        sock=listener,
        access_log=None,
        print=None,
        shutdown_timeout=1,
    )


if __name__ == "__main__":
    main()
