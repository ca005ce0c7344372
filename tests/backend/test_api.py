from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from rest_framework.test import APIClient

from articles.models import Article, Tag
from backend.api import flatten
from tests import make
from tests.app import App


@pytest.fixture
def bridges(db: None) -> Tag:  # noqa: ARG001 - opens the database
    return make.tag("Bridges")


def publish(tag: Tag, count: int, at: datetime = make.NOON) -> list[str]:
    return [str(make.article(tags=[tag], published_at=at).pk) for _ in range(count)]


def read_pages(client: APIClient, url: str, *, while_at: list[datetime], tag: Tag) -> list[str]:
    """The ids of all pages from one on, with news of these times after each page."""
    seen = []
    while url:
        page: dict[str, Any] = client.get(url).json()
        seen += [card["id"] for card in page["results"]]
        for time in while_at:
            publish(tag, 1, time)
        url = page["next"]
    return seen


def test_pages_neither_skip_nor_repeat_while_news_arrive(
    anonymous: APIClient, bridges: Tag
) -> None:
    old = [
        pk for n in range(8) for pk in publish(bridges, 3, make.NOON - timedelta(microseconds=n))
    ]

    url = "/api/v1/tags/Bridges/articles?limit=7"
    later = [make.NOON, make.NOON + timedelta(hours=1)]
    seen = read_pages(anonymous, url, while_at=later, tag=bridges)

    assert len(seen) == len(set(seen))
    assert set(seen) == set(old)


@pytest.mark.parametrize("path", ["feed", "tags/Bridges/articles"])
def test_articles_of_one_instant_turn_no_page(app: App, bridges: Tag, path: str) -> None:
    make.follow(app.reader, bridges)
    old = publish(bridges, 10)

    seen = read_pages(app, f"/api/v1/{path}?limit=3", while_at=[make.NOON], tag=bridges)

    assert sorted(seen) == sorted(old)


def test_a_row_that_goes_takes_no_other_with_it(anonymous: APIClient, bridges: Tag) -> None:
    publish(bridges, 6)
    first = anonymous.get("/api/v1/tags/Bridges/articles?limit=3").json()

    Article.objects.filter(pk=first["results"][-1]["id"]).update(is_hidden=True)

    assert len(anonymous.get(first["next"]).json()["results"]) == 3


def test_a_link_repeats_limit_and_words(anonymous: APIClient, bridges: Tag) -> None:
    make.tag("Bridgehead")

    page = anonymous.get("/api/v1/tags?q=bridge&limit=1").json()
    rest = anonymous.get(page["next"]).json()

    asked = parse_qs(urlsplit(page["next"]).query)
    assert (asked["q"], asked["limit"]) == (["bridge"], ["1"])
    assert [tag["name"] for tag in page["results"] + rest["results"]] == [
        "Bridgehead",
        bridges.name,
    ]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("cursor=cD0yMDI2", "cursor"),
        ("cursor=%00", "cursor"),
        ("q=%00", "q"),
        ("q=" + "x" * 101, "q"),
    ],
)
def test_a_query_that_makes_no_sense_is_a_problem_of_its_field(
    anonymous: APIClient, bridges: Tag, query: str, field: str
) -> None:
    answer = anonymous.get(f"/api/v1/tags?{query}")

    assert bridges
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_cursor_of_another_list_is_refused(anonymous: APIClient, bridges: Tag) -> None:
    publish(bridges, 2)
    page = anonymous.get("/api/v1/tags/Bridges/articles?limit=1").json()
    [cursor] = parse_qs(urlsplit(page["next"]).query)["cursor"]

    assert anonymous.get("/api/v1/tags", {"cursor": cursor}).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "options", "code"),
    [
        ("get", "articles/00000000-0000-0000-0000-000000000000", {}, 404),
        ("post", "feed", {}, 405),
        ("get", "feed", {"headers": {"Accept": "application/xml"}}, 406),
        ("put", "preferences", {"data": "a=b", "content_type": "text/plain"}, 415),
    ],
)
def test_every_refusal_is_a_problem(
    app: App, method: str, path: str, options: dict[str, Any], code: int
) -> None:
    answer = getattr(app, method)(f"/api/v1/{path}", **options)

    problem = answer.json()
    assert answer.status_code == problem["status"] == code
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"]


@pytest.mark.parametrize("method", ["get", "put", "delete"])
@pytest.mark.parametrize("path", ["no/such/thing", "mutes/%0A!", ""])
def test_a_path_that_is_no_endpoint_is_a_problem_too(
    anonymous: APIClient, method: str, path: str
) -> None:
    answer = getattr(anonymous, method)(f"/api/v1/{path}")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"].startswith("There is nothing at /api/v1/")


def test_nested_errors_become_rows() -> None:
    found = {
        "name": ["too long", "too odd"],
        "zone": {"city": ["unknown"]},
        "tags": {1: {"name": ["no"]}},
    }

    assert flatten(found) == [
        {"field": "name", "detail": "too long"},
        {"field": "name", "detail": "too odd"},
        {"field": "zone.city", "detail": "unknown"},
        {"field": "tags.1.name", "detail": "no"},
    ]
