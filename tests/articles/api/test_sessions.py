import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from articles.models import Reader, Session
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
    assert costs == [2, 1]


def test_another_readers_session_is_not_found(app: App) -> None:
    other = App()

    assert app.ask("DELETE", f"sessions/{other.signed_in.pk}").status_code == 404
    assert [each["id"] for each in app.ask("GET", "sessions").json()] == [str(app.signed_in.pk)]
    assert other.ask("GET", "feed").status_code == 200


@pytest.mark.parametrize("label", [5, None, ["phone"], " " * 81, "\x00"])
def test_a_label_is_taken_at_its_word(anonymous: APIClient, label: object) -> None:
    answer = anonymous.post("/api/v1/sessions", {"label": label}, format="json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "label"
