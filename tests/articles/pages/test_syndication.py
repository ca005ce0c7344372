"""Every list as a feed, by the rules of each format and as a reader's library reads it."""

import json
import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote

import feedparser
import jsonschema
import pytest
from django.test import Client
from lxml import etree

from articles.models import Article
from tests import make
from tests.articles.pages.test_views import read
from tests.backend.test_house import ROOT
from tests.make import NOON

pytestmark = pytest.mark.django_db

DATA = ROOT / "tests" / "data"
LISTS = [
    *("/en/feed", "/en/hashtag/Railways/feed", "/en/section/politics/feed"),
    *("/en/publisher/hill-courier/feed", "/ar/hashtag/Railways/feed", "/hy/feed"),
]
Rule = Callable[[etree._Element], bool]
RSS_CHANNEL: dict[str, Rule] = {
    "channel has a title": lambda channel: bool(channel.findtext("title")),
    "channel has a link": lambda channel: is_address(channel.findtext("link")),
    "channel has a description": lambda channel: bool(channel.findtext("description")),
    "channel has a language": lambda channel: bool(channel.findtext("language")),
    "channel tells when it was built": lambda channel: is_date(channel.findtext("lastBuildDate")),
    "channel names itself": lambda channel: channel.find("{*}link[@rel='self']") is not None,
    "channel has no element twice": lambda channel: not twice(channel, but={"item"}),
}
RSS_ITEM: dict[str, Rule] = {
    "item has a title": lambda item: bool(item.findtext("title")),
    "item has a link": lambda item: is_address(item.findtext("link")),
    "item has a description": lambda item: bool(item.findtext("description")),
    "item has an id that is no address": lambda item: (
        item.find("guid[@isPermaLink='false']") is not None
    ),
    "item has a date": lambda item: is_date(item.findtext("pubDate")),
    "item has no author without an address": lambda item: "@" in item.findtext("author", "@"),
    "item names who wrote it": lambda item: bool(
        item.findtext("{http://purl.org/dc/elements/1.1/}creator")
    ),
    "item has no element twice": lambda item: not twice(item, but={"category"}),
}


def is_address(text: str | None) -> bool:
    return bool(text and re.match(r"https?://[^\s/]+/", text))


def is_date(text: str | None) -> bool:
    return bool(text and parsedate_to_datetime(text).tzinfo)


def twice(element: etree._Element, but: set[str]) -> list[str]:
    names = [str(child.tag) for child in element]
    return [name for name in names if names.count(name) > 1 and name not in but]


@pytest.fixture
def _articles() -> None:
    publisher = make.publisher("Hill Courier")
    facts: dict[str, Any] = {
        "by": publisher,
        "tags": [make.tag("Railways")],
        "section": make.section(),
    }
    make.article(
        "Bridge & <tunnel>", summary="It “opens”.", image_url="https://i.example/1", **facts
    )
    make.article("يفتح الجسر", language="ar", **facts)


@pytest.mark.usefixtures("_articles")
@pytest.mark.parametrize("path", LISTS)
def test_atom_is_as_rfc_4287_wants_it(client: Client, path: str) -> None:
    schema = etree.RelaxNG(etree.parse(DATA / "atom.rng"))

    schema.assertValid(etree.fromstring(read(client, f"{path}.atom").encode()))


@pytest.mark.usefixtures("_articles")
@pytest.mark.parametrize("path", LISTS)
def test_rss_keeps_the_rules_of_rss(client: Client, path: str) -> None:
    root = etree.fromstring(read(client, f"{path}.rss").encode())
    channel = root.find("channel")

    assert (root.tag, root.get("version")) == ("rss", "2.0")
    assert channel is not None
    assert [name for name, rule in RSS_CHANNEL.items() if not rule(channel)] == []
    items = channel.findall("item")
    assert len(items) == 2
    for item in items:
        assert [name for name, rule in RSS_ITEM.items() if not rule(item)] == []


@pytest.mark.usefixtures("_articles")
@pytest.mark.parametrize("path", LISTS)
def test_json_feed_fits_its_schema(client: Client, path: str) -> None:
    schema = json.loads((DATA / "jsonfeed.json").read_text())

    jsonschema.validate(json.loads(read(client, f"{path}.json")), schema)


@pytest.mark.usefixtures("_articles")
@pytest.mark.parametrize("form", ["rss", "atom"])
@pytest.mark.parametrize("path", LISTS)
def test_a_feed_library_reads_it_without_a_warning(client: Client, path: str, form: str) -> None:
    found: Any = feedparser.parse(client.get(f"{path}.{form}").content)

    assert not found.bozo, found.get("bozo_exception")
    assert {entry.title for entry in found.entries} == {"Bridge & <tunnel>", "يفتح الجسر"}
    assert {entry.author for entry in found.entries} == {"Hill Courier"}
    assert found.feed.language.startswith(path[1:3])


@pytest.mark.usefixtures("_articles")
@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("rss", "application/rss+xml; charset=utf-8"),
        ("atom", "application/atom+xml; charset=utf-8"),
        ("json", "application/feed+json; charset=utf-8"),
    ],
)
def test_a_feed_says_what_it_is_and_may_be_cached(
    client: Client, form: str, content_type: str
) -> None:
    answer = client.get(f"/en/feed.{form}")

    assert answer["Content-Type"] == content_type
    assert answer["Cache-Control"] == "public, max-age=60"


@pytest.mark.usefixtures("_articles")
@pytest.mark.parametrize(
    "path",
    [
        *("/en/", "/en/hashtag/Railways", "/ru/section/politics", "/en/publisher/hill-courier"),
        "/en/search?q=bridge",
    ],
)
def test_every_list_names_its_feeds(client: Client, path: str) -> None:
    make.searchable()
    page = read(client, path)

    links = re.findall(r'<link rel="alternate"\s+type="([^"]+)"[^>]*href="([^"]+)"', page)
    assert [kind for kind, _ in links] == [
        *("application/rss+xml", "application/atom+xml", "application/feed+json"),
    ]
    for _, link in links:
        assert "Bridge" in read(client, unquote(link.replace("&amp;", "&")))


def test_a_feed_is_as_long_as_readers_need_and_as_the_newest(client: Client) -> None:
    for _ in range(35):
        make.article(published_at=NOON)
    hidden = make.article("Hidden", is_hidden=True)

    items = json.loads(read(client, "/en/feed.json"))["items"]

    assert len(items) == 30
    assert hidden.title not in {item["title"] for item in items}


def test_an_empty_list_is_a_feed_too(client: Client) -> None:
    make.tag("Empty")

    for form in ("rss", "atom", "json"):
        assert "Empty" in read(client, f"/en/hashtag/Empty/feed.{form}")


def test_feeds_of_what_is_not_there_are_not_found(client: Client) -> None:
    for path in ("hashtag/None/feed.rss", "section/none/feed.rss", "publisher/none/feed.atom"):
        read(client, f"/en/{path}", status=404)
    read(client, "/en/search/feed.json", status=404)
    read(client, "/en/feed.xml", status=404)


@pytest.mark.usefixtures("_articles")
def test_another_spelling_of_a_tag_leads_to_its_feed(client: Client) -> None:
    answer = client.get("/en/hashtag/railways/feed.rss")

    assert (answer.status_code, answer["Location"]) == (301, "/en/hashtag/Railways/feed.rss")


@pytest.mark.usefixtures("_articles")
def test_an_entry_leads_to_our_page_and_names_the_publisher_s(client: Client) -> None:
    article = Article.objects.get(language="en")

    [item] = [
        item
        for item in json.loads(read(client, "/en/feed.json"))["items"]
        if item["language"] == "en"
    ]

    assert item["url"].endswith(f"/en/article/{article.pk}")
    assert item["external_url"] == article.url
