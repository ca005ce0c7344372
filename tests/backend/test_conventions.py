from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from articles.models import Article
from tests import make
from tests.app import App

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["feed", "tags/Bridges/articles", "tags?q=b", "sections"])
def test_what_has_not_changed_costs_a_304_without_a_body(app: App, path: str) -> None:
    tag = make.tag("Bridges")
    make.follow(app.reader, tag)
    make.article(tags=[tag], section=make.section())

    first = app.ask("GET", path)
    again = app.get(f"/api/v1/{path}", headers={"If-None-Match": first["ETag"]})
    weak = app.get(f"/api/v1/{path}", headers={"If-None-Match": f'"old", W/{first["ETag"]}'})

    assert first.status_code == 200
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == first["Cache-Control"]
    assert weak.status_code == 304


def test_what_has_changed_is_sent_with_another_etag(anonymous: APIClient) -> None:
    article = make.article()
    url = f"/api/v1/articles/{article.pk}"
    etag = anonymous.get(url)["ETag"]

    Article.objects.filter(pk=article.pk).update(title="Edited")
    changed = anonymous.get(url, headers={"If-None-Match": etag})

    assert changed.status_code == 200
    assert changed["ETag"] != etag


def test_a_compressed_answer_matches_too(anonymous: APIClient) -> None:
    tag = make.tag("Bridges")
    for minute in range(20):
        at = make.NOON - timedelta(minutes=minute)
        make.article("A long title about a bridge", tags=[tag], published_at=at)
    url, gzip = "/api/v1/tags/Bridges/articles", {"Accept-Encoding": "gzip"}

    packed = anonymous.get(url, headers=gzip)
    again = anonymous.get(url, headers=gzip | {"If-None-Match": packed["ETag"]})

    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < 3_000
    assert again.status_code == 304


def test_caches_know_what_they_may_keep_and_for_whom(app: App) -> None:
    make.tag("Bridges")

    public = app.ask("GET", "tags/Bridges/articles")
    own = app.ask("GET", "feed")
    changed = app.ask("PUT", "follows/Bridges", {})
    missing = app.ask("GET", "tags/Nothing/articles")
    labels = app.ask("GET", "tags/Bridges")

    assert public["Cache-Control"] == "public, max-age=60"
    assert "Authorization" not in public["Vary"]
    assert own["Cache-Control"] == labels["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Accept-Language"} <= set(labels["Vary"].split(", "))
    assert changed["Cache-Control"] == missing["Cache-Control"] == "no-store"
    assert "ETag" not in changed


def test_pages_are_left_alone(anonymous: APIClient) -> None:
    assert "ETag" not in anonymous.get("/healthz")


@pytest.mark.parametrize("path", ["tags?q=a&q=b", "feed?limit=1&limit=2", "trending?span="])
def test_a_query_that_could_mean_two_things_is_refused(app: App, path: str) -> None:
    answer = app.ask("GET", path)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
