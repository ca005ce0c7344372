import json

import pytest
from lxml import html

from articles.extraction.json_ld import Node, find_article, read_blocks, texts

NEWS = {"@type": "NewsArticle", "headline": "Ferry", "datePublished": "2026-03-02"}


def article_of(*blocks: str) -> Node:
    scripts = "".join(f'<script type="application/ld+json">{block}</script>' for block in blocks)
    return find_article(
        read_blocks(html.document_fromstring(f"<html><head>{scripts}</head></html>"))
    )


@pytest.mark.parametrize(
    "block",
    [
        json.dumps(NEWS),
        json.dumps([{"@type": "WebSite", "name": "Lake"}, NEWS]),
        json.dumps({"@graph": [{"@type": "Person", "name": "Ani"}, NEWS]}),
        json.dumps({"@type": "WebPage", "mainEntity": NEWS}),
        json.dumps(NEWS | {"@type": ["Article", "https://schema.org/NewsArticle"]}),
        "<!-- " + json.dumps(NEWS) + " -->",
        json.dumps(NEWS)[:-1] + ",}",
        json.dumps(NEWS).replace("2026-03-02", "2026-03-02\n"),
        json.dumps(NEWS).replace('"', "&quot;"),
    ],
)
def test_the_article_is_found_however_it_is_wrapped(block: str) -> None:
    assert article_of(block)["headline"] == "Ferry"


def test_the_news_wins_over_the_web_page_and_is_completed_by_it() -> None:
    page = {"@type": "WebPage", "name": "Lake", "inLanguage": "hy", "datePublished": "2020-01-01"}

    found = article_of(json.dumps(page), json.dumps(NEWS))

    assert found["datePublished"] == "2026-03-02"
    assert found["inLanguage"] == "hy"


def test_articles_that_are_only_listed_are_not_the_pages_own() -> None:
    listed = {"@type": "ItemList", "itemListElement": [NEWS]}

    assert article_of(json.dumps(listed)) == {}


@pytest.mark.parametrize("block", ["", "{", "[" * 5_000, "3", '"text"', '{"@type": 7}', "null"])
def test_broken_blocks_say_nothing(block: str) -> None:
    assert article_of(block) == {}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("A", ["A"]),
        (["A", {"name": "B"}], ["A", "B"]),
        ({"name": ["A", "B"]}, ["A", "B"]),
        ({"url": "A"}, []),
        (7, []),
        (None, []),
    ],
)
def test_a_text_may_be_an_object_or_a_list(value: object, read: list[str]) -> None:
    assert texts(value, "name") == read
