from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from articles.models import Follow, Reader, Session, Tag
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


def test_a_session_is_opened_whole_or_not_at_all(anonymous: APIClient) -> None:
    answer = anonymous.post("/api/v1/sessions", {"label": "x" * 81}, format="json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "label"
    assert not Reader.objects.exists()


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


@pytest.mark.parametrize(
    ("path", "cost"),
    [("tags", 2), ("tags/Bridges/articles", 2), ("feed", 2), ("follows", 2), ("sessions", 2)],
)
def test_a_list_costs_the_same_however_long(app: App, path: str, cost: int) -> None:
    tag = make.tag("Bridges")
    costs = []

    for rows in (1, 20):
        for _ in range(rows):
            make.article(tags=[tag, make.tag()], section=make.section())
            make.follow(app.reader, make.tag())
            make.session(app.reader)
        with CaptureQueriesContext(connection) as queries:
            assert app.ask("GET", path).status_code == 200
        costs.append(len(queries))

    assert costs == [cost, cost]


def test_the_page_of_a_tag_shows_its_articles_alone_newest_first(anonymous: APIClient) -> None:
    bridges, rivers = make.tag("Bridges"), make.tag("Rivers")
    make.article("Old", tags=[bridges], published_at=make.NOON - timedelta(hours=1))
    make.article("New", tags=[bridges, rivers], published_at=make.NOON)
    make.article("Other", tags=[rivers])
    make.article("Hidden", tags=[bridges], is_hidden=True)

    page = anonymous.get("/api/v1/tags/BRIDGES/articles").json()

    assert [card["title"] for card in page["results"]] == ["New", "Old"]
    assert page["next"] is None
    assert "html" not in page["results"][0]
    assert anonymous.get("/api/v1/tags/Nothing/articles").status_code == 404


def test_what_others_mute_stays_in_my_feed(app: App) -> None:
    tag = make.tag()
    make.follow(app.reader, tag)
    make.follow(make.reader(), tag, Follow.Level.MUTE)
    make.article("A bridge", tags=[tag])

    assert len(app.ask("GET", "feed").json()["results"]) == 1


def test_a_tag_says_at_which_level_the_caller_follows_it(app: App, anonymous: APIClient) -> None:
    make.follow(app.reader, make.tag("Bridges"), Follow.Level.TOP)
    ended = make.follow(app.reader, make.tag("Rivers"))
    Follow.objects.filter(pk=ended.pk).update(ended_at=make.NOON)
    make.follow(make.reader(), make.tag("Chess"))

    mine = {tag["name"]: tag["level"] for tag in app.ask("GET", "tags").json()["results"]}

    assert mine == {"Bridges": "top", "Rivers": "none", "Chess": "none"}
    assert app.ask("GET", "tags/bridges").json()["level"] == "top"
    assert anonymous.get("/api/v1/tags/bridges").json()["level"] == "none"


def test_without_words_the_newest_tags_come_first_and_retired_ones_never(
    anonymous: APIClient,
) -> None:
    for name in ("Bridges", "Rivers", "Retired"):
        make.tag(name)
    Tag.objects.filter(name="Retired").update(is_active=False)

    names = [
        [tag["name"] for tag in anonymous.get(f"/api/v1/tags{query}").json()["results"]]
        for query in ("", "?q=", "?q=r", "?q=%23%23")
    ]

    assert names == [["Rivers", "Bridges"], ["Rivers", "Bridges"], ["Bridges", "Rivers"], []]


@pytest.mark.parametrize("name", ["Nothing", "%00", "a%2Fb", "%E2%80%AE"])
def test_a_name_that_no_tag_can_have_is_not_found(app: App, name: str) -> None:
    assert app.ask("GET", f"tags/{name}").status_code == 404
    assert app.ask("DELETE", f"follows/{name}").status_code == 404


def test_following_again_after_an_end_begins_anew(app: App) -> None:
    tag = make.tag("Bridges")
    make.follow(app.reader, tag, since=make.NOON)
    app.ask("DELETE", "follows/Bridges")

    answer = app.ask("PUT", "follows/Bridges", {})

    assert answer.json()["level"] == "all"
    assert Follow.objects.get().followed_at > make.NOON


def test_an_id_in_capitals_is_the_same_id(anonymous: APIClient) -> None:
    article = make.article()

    assert anonymous.get(f"/api/v1/articles/{str(article.pk).upper()}").status_code == 200


def test_an_app_whose_session_has_ended_may_open_another(app: App) -> None:
    app.ask("DELETE", "sessions/current")

    assert app.ask("POST", "sessions", {"label": "phone"}).status_code == 201


def test_a_session_says_once_a_day_that_it_is_in_use(app: App) -> None:
    Session.objects.update(seen_on=make.NOON.date())

    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            app.ask("GET", "feed")
        costs.append(len(queries))

    assert Session.objects.get().seen_on > make.NOON.date()
    assert costs == [3, 2]


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
    assert [each["id"] for each in app.ask("GET", "sessions").json()] == [str(app.signed_in.pk)]
    assert other.ask("GET", "feed").status_code == 200
