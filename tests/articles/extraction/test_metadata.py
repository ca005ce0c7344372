import json
from typing import Any

import pytest
from lxml import html

from articles.extraction.metadata import Metadata, clean_names, split_topics

URL = "https://www.lake-tribune.example/news/7"


def read(head: str = "", body: str = "", **article: Any) -> Metadata:
    said = {"@type": "NewsArticle", **article} if article else {}
    block = f'<script type="application/ld+json">{json.dumps(said)}</script>'
    page = f"<html><head>{head}{block}</head><body>{body}</body></html>"
    return Metadata(html.document_fromstring(page), URL)


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


@pytest.mark.parametrize(
    "title",
    [
        "Ferry opens | Lake Tribune",
        "Ferry opens - Lake Tribune",
        "Lake Tribune | Ferry opens",
        "Ferry opens &amp;#8211; Lake Tribune",
        "Ferry   opens",
    ],
)
def test_a_title_is_without_the_sites_name(title: str) -> None:
    assert read(meta("og:title", title)).title == "Ferry opens"


def test_a_title_with_a_dash_of_its_own_stays_whole() -> None:
    assert read(meta("og:title", "Ferry opens - at last")).title == "Ferry opens - at last"


def test_the_headline_wins_unless_it_only_adds_a_kicker() -> None:
    shared = meta("og:title", "Ferry opens")

    assert read(shared, headline="A ferry for the lake").title == "A ferry for the lake"
    assert read(shared, headline="Lakes: Ferry opens").title == "Ferry opens"
    assert read(shared, headline="Lakes", alternativeHeadline="Ferry opens").title == "Ferry opens"


def test_without_any_metadata_the_heading_is_the_title() -> None:
    assert (
        read(body="<h1>Log in</h1><h1>Ferry opens in spring</h1>").title == "Ferry opens in spring"
    )


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("By Ani Karapetyan", ["Ani Karapetyan"]),
        ("Von Ani Karapetyan, Ben Lee und Cem Kaya", ["Ani Karapetyan", "Ben Lee", "Cem Kaya"]),
        ("Lake Tribune et AFP", ["Lake Tribune et AFP"]),
        ("Ani Karapetyan, head of the department of inland ferries", ["Ani Karapetyan"]),
        ("https://lake.example/authors/ani", []),
        ("@ani", []),
        ("ani@lake.example", []),
        ("", []),
    ],
)
def test_a_byline_is_made_of_names(written: str, names: list[str]) -> None:
    assert list(clean_names([written])) == names


def test_people_come_before_the_house() -> None:
    house = {"@type": "Organization", "name": "Lake Tribune"}
    head = meta("og:site_name", "Lake Tribune")

    named = head + meta("author", "Ani Karapetyan")

    assert read(named, author=house, headline="Ferry").authors == ("Ani Karapetyan",)
    assert read(head, author=house, headline="Ferry").authors == ("Lake Tribune",)


def test_an_author_may_only_be_pointed_at() -> None:
    people = '{"@type":"Person","@id":"#ani","name":"Ani Karapetyan"}'
    head = f'<script type="application/ld+json">{people}</script>'

    assert read(head, author={"@id": "#ani"}, headline="Ferry").authors == ("Ani Karapetyan",)


def test_topics_are_split_and_slugs_left_out() -> None:
    written = ["Lakes, (1) Ferries,#Transport", "stats-reach-team-all", "a;b"]

    assert list(split_topics(written)) == ["Lakes", "Ferries", "Transport", "a", "b"]


@pytest.mark.parametrize(
    ("article", "is_paywalled"),
    [
        ({"isAccessibleForFree": False}, True),
        ({"isAccessibleForFree": "False"}, True),
        ({"isAccessibleForFree": True, "hasPart": {"isAccessibleForFree": "false"}}, True),
        ({"isAccessibleForFree": "True"}, False),
        ({}, False),
    ],
)
def test_a_paywall_is_known_by_its_mark(article: dict[str, Any], is_paywalled: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert read(headline="Ferry", **article).is_paywalled == is_paywalled


def test_addresses_are_absolute_and_of_the_web() -> None:
    assert read(meta("og:image", "//cdn.example/7.jpg")).image_url == "https://cdn.example/7.jpg"
    assert read(meta("og:image", "javascript:alert(1)")).image_url == ""
    assert (
        read('<link rel="canonical" href="/7">').canonical_url
        == "https://www.lake-tribune.example/7"
    )
