from datetime import timedelta

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from articles.models import Follow, Reader, Session
from tests import make
from tests.app import App

pytestmark = pytest.mark.django_db


def test_a_session_opens_an_anonymous_reader_and_shows_its_secret_once(
    anonymous: APIClient,
) -> None:
    opened = anonymous.post("/api/v1/sessions", {"label": "phone"}, format="json")

    session = Session.objects.get()
    assert opened.status_code == 201
    assert opened.json()["reader"] == str(Reader.objects.get().pk)
    assert opened.json()["secret"].encode() not in bytes(session.secret_hash)
    anonymous.credentials(HTTP_AUTHORIZATION=f"Bearer {opened.json()['secret']}")
    [listed] = anonymous.get("/api/v1/sessions").json()
    assert listed["id"] == str(session.pk)
    assert "secret" not in listed


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic abc", "Bearer \xff"])
def test_without_a_living_secret_the_answer_is_a_401_problem(
    anonymous: APIClient, header: str
) -> None:
    anonymous.credentials(HTTP_AUTHORIZATION=header)

    answer = anonymous.get("/api/v1/feed")

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["status"] == 401


def test_signing_out_ends_the_secret(app: App) -> None:
    assert app.ask("DELETE", "sessions/current").status_code == 204

    assert app.ask("GET", "feed").status_code == 401


def test_a_flood_of_sessions_is_stopped(anonymous: APIClient) -> None:
    cache.clear()

    answers = [anonymous.post("/api/v1/sessions", {}, format="json") for _ in range(31)]

    assert [answer.status_code for answer in answers] == [201] * 30 + [429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_following_again_changes_the_level_and_an_end_ends_it(app: App) -> None:
    make.tag("NagornoKarabakh")

    app.ask("PUT", "follows/nagornokarabakh", {"level": "all"})
    changed = app.ask("PUT", "follows/NagornoKarabakh", {"level": "mute"})
    [follow] = app.ask("GET", "follows").json()
    ended = app.ask("DELETE", "follows/NagornoKarabakh")

    assert changed.status_code == 200
    assert (follow["tag"]["name"], follow["level"]) == ("NagornoKarabakh", "mute")
    assert ended.status_code == 204
    assert app.ask("GET", "follows").json() == []
    assert Follow.objects.get().ended_at is not None


def test_an_unknown_tag_or_level_is_a_clear_problem(app: App) -> None:
    make.tag("Bridges")

    unknown = app.ask("PUT", "follows/Nothing", {})
    wrong = app.ask("PUT", "follows/Bridges", {"level": "loud"})

    assert unknown.json()["detail"] == "There is no tag #Nothing."
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["field"] == "level"


def test_tags_are_found_by_name_label_and_alias(anonymous: APIClient) -> None:
    make.tag("NagornoKarabakh", "Nagorno-Karabakh", "Artsakh")
    make.tag("Bridges")

    found = [
        anonymous.get(f"/api/v1/tags?q={q}").json()["results"] for q in ("artsa", "%23nagornokar")
    ]

    assert [[tag["name"] for tag in tags] for tags in found] == [["NagornoKarabakh"]] * 2
    assert len(anonymous.get("/api/v1/tags").json()["results"]) == 2


def test_the_feed_holds_what_i_follow_once_and_nothing_muted(app: App) -> None:
    first, second, muted, other = (make.tag() for _ in range(4))
    make.follow(app.reader, first)
    make.follow(app.reader, second)
    make.follow(app.reader, muted, Follow.Level.MUTE)
    make.article("Both", tags=[first, second])
    make.article("Other", tags=[other])
    make.article("Hidden", tags=[first], is_hidden=True)
    make.article("Muted", tags=[muted])

    titles = [card["title"] for card in app.ask("GET", "feed").json()["results"]]

    assert titles == ["Both"]


def test_an_article_has_its_body_and_its_tags_with_why(anonymous: APIClient) -> None:
    article = make.article("A bridge", tags=[make.tag("Bridges")], text_html="<p>It opens.</p>")

    answer = anonymous.get(f"/api/v1/articles/{article.pk}").json()

    assert answer["html"] == "<p>It opens.</p>"
    assert [(tag["name"], tag["rule"]) for tag in answer["tags"]] == [("Bridges", "push")]
    assert answer["published_at"] == "2026-03-02T12:00:00Z"


def test_an_article_without_its_body_is_still_there(anonymous: APIClient) -> None:
    article = make.article()

    assert anonymous.get(f"/api/v1/articles/{article.pk}").json()["html"] == ""


def test_a_hidden_article_is_not_found(anonymous: APIClient) -> None:
    article = make.article(is_hidden=True)

    assert anonymous.get(f"/api/v1/articles/{article.pk}").status_code == 404


def test_pages_neither_skip_nor_repeat_while_news_arrive(anonymous: APIClient) -> None:
    tag = make.tag("Bridges")
    old = [
        make.article(tags=[tag], published_at=make.NOON - timedelta(minutes=n // 2)).pk
        for n in range(25)
    ]

    seen = []
    url = "/api/v1/tags/Bridges/articles?limit=7"
    while url:
        page = anonymous.get(url).json()
        seen += [card["id"] for card in page["results"]]
        make.article(tags=[tag], published_at=make.NOON + timedelta(hours=1))
        url = page["next"]

    assert len(seen) == 25
    assert set(seen) == {str(pk) for pk in old}


@pytest.mark.parametrize("path", ["tags", "tags/Bridges/articles", "feed", "follows", "sessions"])
def test_a_list_costs_the_same_however_long(
    app: App, django_assert_max_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    tag = make.tag("Bridges")
    make.follow(app.reader, tag)
    for _ in range(20):
        make.article(tags=[tag, make.tag()], section=make.section())
        make.session(app.reader)

    with django_assert_max_num_queries(3):
        answer = app.ask("GET", path)

    assert answer.status_code == 200


def test_a_malformed_body_and_a_wrong_method_are_problems(app: App) -> None:
    broken = app.put("/api/v1/follows/Bridges", "{", content_type="application/json")
    wrong = app.ask("POST", "follows")

    assert (broken.status_code, wrong.status_code) == (400, 405)
    for answer in (broken, wrong):
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]


def test_another_readers_session_is_not_found(app: App) -> None:
    other = App()

    assert app.ask("DELETE", f"sessions/{other.signed_in.pk}").status_code == 404
    assert other.ask("GET", "feed").status_code == 200
