from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from articles.discovering import discover
from articles.feeds.fetch import FetchError
from tests.make import NOON
from tests.publishers import Item, PublisherServer


@pytest.fixture
def publisher(settings: Settings) -> Iterator[PublisherServer]:
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        server.publish("/news.xml", Item("Ferry opens", NOON), Item("Bridge opens", NOON))
        yield server


def test_a_feed_is_its_own_discovery(publisher: PublisherServer) -> None:
    [candidate] = discover(publisher.url("/news.xml"))

    assert (candidate.url, candidate.format) == (publisher.url("/news.xml"), "rss")
    assert candidate.latest == ["Ferry opens", "Bridge opens"]


def test_a_page_leads_to_the_feeds_that_can_be_read(publisher: PublisherServer) -> None:
    publisher.feeds["/"] = (
        b"<link rel=alternate type=application/rss+xml href=/news.xml title=News>"
        b"<link rel=alternate type=application/atom+xml href=/missing.xml>"
    )

    assert [each.url for each in discover(publisher.url("/"))] == [publisher.url("/news.xml")]


def test_robots_txt_leads_to_a_sitemap(publisher: PublisherServer) -> None:
    publisher.feeds["/"] = b"<html><body>No feed here"
    publisher.feeds["/robots.txt"] = b"Sitemap: " + publisher.url("/map.xml").encode()
    publisher.feeds["/map.xml"] = (
        b"<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>/1</loc>"
        b"<news:news><news:title>Ferry</news:title></news:news></url></urlset>"
    )

    [candidate] = discover(publisher.url("/"))

    assert (candidate.format, candidate.latest) == ("news_sitemap", ["Ferry"])


def test_a_site_that_names_nothing_is_tried_at_usual_addresses(publisher: PublisherServer) -> None:
    publisher.feeds["/"] = b"<html><body>No feed here"
    publisher.feeds["/feed"] = publisher.feeds["/news.xml"]

    assert [each.url for each in discover(publisher.url("/"))] == [publisher.url("/feed")]


def test_a_page_that_leads_nowhere_has_none(publisher: PublisherServer) -> None:
    publisher.feeds["/"] = b"<html><body>No feed here"

    assert discover(publisher.url("/")) == []


def test_an_address_that_cannot_be_read_says_why(publisher: PublisherServer) -> None:
    with pytest.raises(FetchError, match="http_status 404"):
        discover(publisher.url("/nothing"))
