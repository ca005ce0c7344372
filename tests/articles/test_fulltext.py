from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from articles import advance, fulltext, ingest
from articles.models import Article, Feed, Publisher, Revision
from tests import make
from tests.make import NOON
from tests.publishers import Item, PublisherServer

TEXT = " ".join(["The ferry crosses the lake four times a day, the harbour office said."] * 9)
PAGE = (
    f"<html lang='hy'><head><title>Ferry</title><meta name='author' content='Ani Karapetyan'>"
    f"<meta property='og:image' content='/7.jpg'><meta name='keywords' content='Lakes'></head>"
    f"<body><article><h1>Ferry</h1><p>{TEXT}</p><p>{TEXT} Again.</p><script>x()</script></article>"
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(settings: Settings) -> Iterator[PublisherServer]:
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        server.publish("/feed.xml", Item("Ferry opens", NOON, "Soon.", link=server.url("/ferry")))
        server.feeds["/ferry"] = PAGE.encode()
        server.headers["/ferry"] = {"Content-Type": "text/html; charset=utf-8"}
        yield server


def fetch(server: PublisherServer, *, is_allowed: bool = True) -> Article:
    feed = make.feed(url=server.url("/feed.xml"))
    Publisher.objects.update(is_full_text_allowed=is_allowed)
    [pk] = ingest.fetch_feeds([feed.pk], NOON)
    return Article.objects.get(pk=pk)


def read(article: Article) -> Article:
    fulltext.read_pages([article.pk], NOON)
    return Article.objects.get(pk=article.pk)


def test_a_teaser_is_completed_by_the_publishers_page(publisher: PublisherServer) -> None:
    article = fetch(publisher)
    assert article.state == Article.State.WAITING

    article = read(article)

    assert (article.page, article.state) == (Article.Page.READ, Article.State.STORED)
    assert TEXT in article.text.html
    assert "script" not in article.text.html
    assert article.title == "Ferry opens"
    assert article.summary == "Soon."
    assert article.authors == ["Ani Karapetyan"]
    assert article.keywords == ["Lakes"]
    assert article.image_url == publisher.url("/7.jpg")


def test_a_publisher_who_does_not_allow_it_is_not_asked(publisher: PublisherServer) -> None:
    article = fetch(publisher, is_allowed=False)

    assert (article.page, article.state) == (Article.Page.UNWANTED, Article.State.STORED)
    assert read(article).page == Article.Page.UNWANTED
    assert publisher.requests == [("/feed.xml", 200)]


def test_a_switch_turned_off_meanwhile_holds(publisher: PublisherServer) -> None:
    article = fetch(publisher)
    Publisher.objects.update(is_full_text_allowed=False)

    assert read(article).page == Article.Page.UNWANTED


@pytest.mark.parametrize(
    ("robots", "page"),
    [
        (b"User-agent: *\nDisallow: /ferry", Article.Page.REFUSED),
        (b"User-agent: daily8\nDisallow: /\n\nUser-agent: *\nAllow: /", Article.Page.REFUSED),
        (b"User-agent: *\nDisallow: /private", Article.Page.READ),
        (None, Article.Page.READ),
    ],
)
def test_robots_txt_is_kept(
    publisher: PublisherServer, robots: bytes | None, page: Article.Page
) -> None:
    if robots:
        publisher.feeds["/robots.txt"] = robots

    assert read(fetch(publisher)).page == page


def test_robots_txt_is_read_once_a_day(publisher: PublisherServer) -> None:
    article = fetch(publisher)
    read(article)
    Article.objects.update(page=Article.Page.WANTED)
    read(article)

    assert [path for path, _ in publisher.requests].count("/robots.txt") == 1


def test_a_page_that_fails_loses_nothing(publisher: PublisherServer) -> None:
    del publisher.feeds["/ferry"]

    article = read(fetch(publisher))

    assert (article.page, article.state) == (Article.Page.FAILED, Article.State.STORED)
    assert article.text.html == "Soon."


def test_an_article_does_not_wait_for_ever(publisher: PublisherServer) -> None:
    article = fetch(publisher)

    assert fulltext.stop_waiting(NOON + timedelta(seconds=5)) == []
    assert fulltext.stop_waiting(NOON + timedelta(seconds=15)) == [article.pk]
    assert fulltext.find_wanted(NOON + timedelta(seconds=15)) == [article.pk]


def test_what_comes_late_is_added_and_keeps_the_story(publisher: PublisherServer) -> None:
    article = fetch(publisher)
    advance.advance_articles(fulltext.stop_waiting(NOON + timedelta(seconds=15)))
    story = Article.objects.get().story

    article = read(article)
    advance.advance_articles([article.pk])

    article.refresh_from_db()
    assert (article.state, article.story) == (Article.State.ANNOUNCED, story)
    assert TEXT in article.text.html


def test_a_canonical_address_that_is_known_makes_no_second_article(
    publisher: PublisherServer,
) -> None:
    publisher.feeds["/amp/ferry"] = PAGE.replace(
        "<title>", '<link rel="canonical" href="/ferry"><title>'
    ).encode()
    publisher.publish(
        "/feed.xml",
        Item("Ferry opens", NOON, link=publisher.url("/ferry")),
        Item("Boat", NOON, link=publisher.url("/amp/ferry")),
    )
    feed = make.feed(url=publisher.url("/feed.xml"))
    Publisher.objects.update(is_full_text_allowed=True)
    fulltext.read_pages(ingest.fetch_feeds([feed.pk], NOON), NOON)

    assert [article.title for article in Article.objects.shown()] == ["Ferry opens"]


def test_a_publishers_own_rules_are_used(publisher: PublisherServer) -> None:
    article = fetch(publisher)
    Publisher.objects.update(page_rules={"body": "//h1", "authors": "//title"})
    Article.objects.update(title="x")

    article = read(article)

    assert article.authors == ["Ferry"]


def test_an_edit_in_the_feed_does_not_shorten_what_the_page_gave(
    publisher: PublisherServer,
) -> None:
    article = read(fetch(publisher))
    link = publisher.url("/ferry")
    publisher.publish("/feed.xml", Item("Ferry opens", NOON, "Very soon.", link=link))

    ingest.fetch_feeds([Feed.objects.get().pk], NOON)

    article.refresh_from_db()
    assert (article.summary, Revision.objects.count()) == ("Very soon.", 1)
    assert TEXT in article.text.html
    assert article.image_url == publisher.url("/7.jpg")
