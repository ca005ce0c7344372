import asyncio
import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request, Response, get, post

from articles.extraction.page import read_page
from articles.feeds.entry import ParsedFeed
from articles.feeds.parse import parse
from articles.tagging import Matcher, decide_tags
from articles.text import plain_text
from backend.demo.documents import FEEDS, make_article_page
from backend.demo.newsroom import WRITTEN, Newsroom
from backend.demo.publishers import HUBBED, Site

ADDRESS = "http://127.0.0.1:1"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
Client = TestClient[Request, Application]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "newsroom.json")


def publish_all(newsroom: Newsroom) -> list[str]:
    titles = []
    while article := newsroom.publish(NOW):
        titles.append(article.title)
    return titles


async def read_feeds(client: Client) -> dict[str, ParsedFeed]:
    feeds = {}
    for slug, (path, _, _) in FEEDS.items():
        answer = await client.get(f"/{slug}/{path}")
        body, url = await answer.read(), f"{ADDRESS}/{slug}/{path}"
        feeds[slug] = parse(body, content_type=answer.content_type, url=url)
    return feeds


def test_every_feed_is_read_by_our_parser_with_text_date_and_picture(newsroom: Newsroom) -> None:
    async def read() -> dict[str, ParsedFeed]:
        async with TestClient(TestServer(Site(newsroom, ADDRESS).make_app())) as client:
            return await read_feeds(client)

    feeds = asyncio.run(read())

    assert {feed.format for feed in feeds.values()} == {"rss", "atom", "json", "news_sitemap"}
    for slug, feed in feeds.items():
        assert feed.entries
        for entry in feed.entries:
            assert entry.url.startswith(f"{ADDRESS}/{slug}/")
            assert entry.published_at is not None
            assert entry.published_at < datetime.now(UTC) - timedelta(hours=19)
            if feed.format != "news_sitemap":  # which says nothing more; its pages do
                assert entry.image_url.startswith(f"{ADDRESS}/images/")
                assert 80 <= len(plain_text(entry.content or entry.summary).split()) <= 160


def test_a_page_tells_what_a_sitemap_does_not(newsroom: Newsroom) -> None:
    article = next(iter(newsroom.articles().values()))

    page = read_page(make_article_page(ADDRESS, article).encode(), url=ADDRESS + article.path)

    assert page.title == article.title
    assert page.image_url == f"{ADDRESS}/images/{article.number}.jpg"
    assert page.body_html == article.html.replace("</p><p>", "</p>\n<p>")


def test_the_hub_sends_signed_news_to_whom_it_has_verified(newsroom: Newsroom) -> None:
    heard: list[tuple[str, bytes]] = []

    async def confirm(request: Request) -> Response:
        return Response(text=request.query["hub.challenge"])

    async def hear(request: Request) -> Response:
        heard.append((request.headers["X-Hub-Signature"], await request.read()))
        return Response()

    async def publish() -> None:
        phone = Application()
        phone.add_routes([get("/callback", confirm), post("/callback", hear)])
        site = Site(newsroom, ADDRESS)
        async with TestServer(phone) as server, TestClient(TestServer(site.make_app())) as client:
            form = {
                "hub.mode": "subscribe",
                "hub.topic": "topic",
                "hub.lease_seconds": "9",
                "hub.callback": str(server.make_url("/callback")),
                "hub.secret": "secret",
            }
            await client.post("/hub", data=form)
            while not heard:
                await client.post("/publish")
                await asyncio.sleep(0.01)

    asyncio.run(publish())

    signature, body = heard[0]
    assert signature == "sha256=" + hmac.new(b"secret", body, "sha256").hexdigest()
    assert parse(body).format == FEEDS[HUBBED][0].removesuffix(".xml").replace("feed", "rss")


def test_a_subscriber_that_is_gone_is_named_and_stops_nobody(
    newsroom: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    site = Site(newsroom, ADDRESS)
    site.hub.subscribers = {"http://127.0.0.1:1/gone": "secret"}

    asyncio.run(site.hub.deliver("http://127.0.0.1:1/gone", "secret", b"<rss/>", "text/xml"))

    assert "http://127.0.0.1:1/gone not reached" in capsys.readouterr().err


def test_a_hub_that_starts_again_knows_nobody(newsroom: Newsroom) -> None:
    newsroom.path.with_name("hub.json").write_text('{"http://127.0.0.1:1/old": "secret"}')

    assert not Site(newsroom, ADDRESS).hub.subscribers


def test_an_unchanged_feed_is_not_sent_again_until_an_article_comes_out(newsroom: Newsroom) -> None:
    async def ask() -> tuple[list[int], dict[str, int]]:
        async with TestClient(TestServer(Site(newsroom, ADDRESS).make_app())) as client:
            first = await client.get("/lake-tribune/feed.xml")
            known = {"If-None-Match": first.headers["ETag"]}
            second = await client.get("/lake-tribune/feed.xml", headers=known)
            published = await (await client.post("/publish?about=rail")).json()
            third = await client.get("/lake-tribune/feed.xml", headers=known)
            assert published["publisher"] == "Lake Tribune"
            assert published["title"] in await third.text()
            counts = await (await client.get("/counts")).json()
            return [first.status, second.status, third.status], counts

    statuses, counts = asyncio.run(ask())

    assert statuses == [200, 304, 200]
    assert counts["lake-tribune"] == 3
    assert counts["valley-post"] == 0


def test_pages_and_pictures_of_what_is_out_are_there_and_of_the_rest_are_not(
    newsroom: Newsroom,
) -> None:
    out = next(iter(newsroom.articles().values()))
    coming = next(n for n in range(len(WRITTEN["article"])) if n not in newsroom.published)
    paths = [out.path, f"/{out.publisher}", f"/images/{out.number}.jpg"]
    paths.append(f"/{WRITTEN['article'][coming]['publisher']}/{coming}")

    async def ask() -> list[tuple[int, str]]:
        async with TestClient(TestServer(Site(newsroom, ADDRESS).make_app())) as client:
            answers = [await client.get(path) for path in paths]
            return [(answer.status, answer.content_type) for answer in answers]

    statuses = asyncio.run(ask())

    page, picture = (200, "text/html"), (200, "image/jpeg")
    assert statuses == [page, page, picture, (404, "text/plain")]


def test_each_article_comes_out_once_even_across_restarts(newsroom: Newsroom) -> None:
    first = newsroom.publish(NOW)
    assert first is not None

    again = Newsroom(newsroom.path)
    titles = publish_all(again)

    assert first.title not in titles
    assert len(again.articles()) == len(WRITTEN["article"])
    assert Newsroom(newsroom.path).articles().keys() == again.articles().keys()


def test_where_all_are_out_a_subject_brings_follow_ups_that_differ(newsroom: Newsroom) -> None:
    publish_all(newsroom)

    follow_ups = [newsroom.publish(NOW, about="Karabakh") for _ in range(9)]

    titles = {each.title for each in follow_ups if each}
    assert len(titles) == 9
    assert len({each.path for each in follow_ups if each}) == 9
    assert newsroom.publish(NOW) is None


@pytest.mark.parametrize("written", [*WRITTEN["article"], *WRITTEN["follow_up"]])
def test_whatever_mentions_the_subject_may_push_it(written: dict[str, str]) -> None:
    matcher = Matcher.from_aliases((a, "NK") for a in ("Nagorno-Karabakh", "Karabakh", "Artsakh"))
    lead, _, body = written["text"].strip().partition("\n")

    decided = decide_tags(matcher, written["title"], lead, body)

    assert all(decision.may_push for decision in decided)
    assert decided or "Karabakh" not in written["title"]
