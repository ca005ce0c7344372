"""Structured data against the fields that Google documents for articles, lists and the site.

Sources: developers.google.com/search/docs/appearance/structured-data, pages "article",
"carousel" and "sitelinks-searchbox".
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from articles.models import Article, Story
from tests import make
from tests.articles.pages.test_views import read

pytestmark = pytest.mark.django_db

Check = Callable[[Any], bool]


def is_url(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"https?://\S+", value))


def is_date(value: Any) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def are_authors(value: Any) -> bool:
    kinds = {"Person", "Organization", "NewsMediaOrganization"}
    return bool(value) and all(each["@type"] in kinds and is_text(each["name"]) for each in value)


def is_publisher(value: Any) -> bool:
    is_named = value["@type"] == "NewsMediaOrganization" and is_text(value["name"])
    return is_named and is_url(value["url"])


# field -> (whether Google wants it always, what it must be)
ARTICLE: dict[str, tuple[bool, Check]] = {
    "@context": (True, "https://schema.org".__eq__),
    "@type": (True, "NewsArticle".__eq__),
    "headline": (True, lambda value: is_text(value) and len(value) <= 110),
    "image": (False, lambda value: bool(value) and all(map(is_url, value))),
    "datePublished": (True, is_date),
    "dateModified": (True, is_date),
    "author": (True, are_authors),
    "publisher": (True, is_publisher),
    "mainEntityOfPage": (True, is_url),
    "isAccessibleForFree": (True, lambda value: isinstance(value, bool)),
    "url": (True, is_url),
    "isBasedOn": (True, is_url),
    "inLanguage": (True, is_text),
    "description": (False, is_text),
    "articleSection": (False, is_text),
    "keywords": (False, lambda value: bool(value) and all(map(is_text, value))),
}


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = "https://news.example"


def facts_of(client: Client, path: str) -> Any:
    [written] = re.findall(
        r'<script type="application/ld\+json"[^>]*>(.*?)</script>', read(client, path), re.DOTALL
    )
    return json.loads(written)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"summary": "It opens.", "image_url": "https://i.example/1.jpg"},
        {"authors": ["A. Writer", "B. Writer"], "is_paywalled": True, "language": "hy"},
        {"title": "A very long headline " * 20},
    ],
)
def test_an_article_has_every_field_as_documented(client: Client, facts: dict[str, Any]) -> None:
    article = make.article(tags=[make.tag("Railways")], section=make.section(), **facts)

    said = facts_of(client, article.get_absolute_url())

    assert set(said) <= set(ARTICLE)
    for name, (is_wanted, check) in ARTICLE.items():
        assert name in said or not is_wanted, name
        assert name not in said or check(said[name]), (name, said[name])
    assert said["mainEntityOfPage"] == article.url
    assert said["isAccessibleForFree"] != article.is_paywalled


def test_what_a_publisher_writes_cannot_end_the_script(client: Client) -> None:
    article = make.article("</script><script>alert(1)</script>")

    page = read(client, article.get_absolute_url())

    assert "<script>alert" not in page
    assert facts_of(client, article.get_absolute_url())["headline"] == article.title


@pytest.mark.parametrize(
    "path", ["/en/hashtag/Railways", "/ar/section/politics", "/en/publisher/hill-courier"]
)
def test_a_list_names_its_articles_in_order(client: Client, path: str) -> None:
    by, tag = make.publisher("Hill Courier"), make.tag("Railways")
    for title in ("One", "Two"):
        make.article(title, by=by, tags=[tag], section=make.section())

    said = facts_of(client, path)

    newest = Article.objects.newest_first()
    assert said["@type"] == "ItemList"
    assert [item["position"] for item in said["itemListElement"]] == [1, 2]
    assert [item["name"] for item in said["itemListElement"]] == [each.title for each in newest]
    for item in said["itemListElement"]:
        assert item["@type"] == "ListItem"
        assert re.fullmatch(rf"https://news.example/{path[1:3]}/article/[\w-]+", item["url"])


def test_a_story_names_who_tells_it(client: Client) -> None:
    article = make.article("First")
    make.article("Second", of_story=make.story_of(article))
    Story.objects.all().refresh()

    said = facts_of(client, f"/en/story/{article.story_id}")

    assert said["numberOfItems"] == len(said["itemListElement"]) == 2
    assert said["itemListOrder"].endswith("Ascending")


def test_the_home_page_says_how_to_search(client: Client) -> None:
    said = facts_of(client, "/ru/")

    assert said["url"] == "https://news.example/ru/"
    action = said["potentialAction"]
    assert action["target"] == "https://news.example/ru/search?q={search_term_string}"
    assert action["query-input"] == "required name=search_term_string"
