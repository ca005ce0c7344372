import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from articles import pace
from backend import limits
from backend.limits import Counter, Policy
from tests.app import App

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _strict(settings: Settings) -> None:
    settings.API_RATES = {"session": "3/hour", "address": "2/hour", "sessions": "1/day"}


def test_an_answer_says_what_is_left_until_nothing_is(app: App) -> None:
    answers = [app.ask("GET", "follows") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"session";q=3;w=3600'}
    left = [answer["RateLimit"].partition(";t=")[0] for answer in answers]
    assert left == [f'"session";r={n}' for n in (2, 1, 0, 0)]
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600
    assert answers[-1].json()["status"] == 429


def test_each_session_has_a_limit_of_its_own(app: App) -> None:
    for _ in range(4):
        app.ask("GET", "follows")

    assert App(app.reader).ask("GET", "follows").status_code == 200


def test_without_a_session_the_address_has_one(anonymous: APIClient) -> None:
    answers = [
        anonymous.get("/api/v1/sections", REMOTE_ADDR=address).status_code
        for address in ("198.51.100.1", "198.51.100.1", "198.51.100.1", "198.51.100.2")
    ]

    assert answers == [200, 200, 429, 200]


def test_opening_sessions_is_counted_apart(anonymous: APIClient) -> None:
    answers = [anonymous.post("/api/v1/sessions", {}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 429]
    assert answers[0]["RateLimit"].startswith('"sessions";r=0;')
    assert anonymous.get("/api/v1/sections").status_code == 200


def test_a_new_window_begins_at_nothing() -> None:
    policy, counter = Policy("test", 9, 60), Counter()

    assert [counter.count(policy, "me", now)[0] for now in (60, 119, 120)] == [1, 2, 1]
    assert counter.count(policy, "me", 130) == (2, 50)


def test_who_asks_much_is_counted_by_all_processes_together() -> None:
    policy, counters = Policy("test", 40, 60), [Counter(), Counter()]

    seen = [counters[n % 2].count(policy, "me", 60)[0] for n in range(20)]

    assert seen[:8] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert seen[8:] == [5, 10, *range(11, 21)]


def test_where_redis_is_away_nobody_is_limited(
    app: App, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.REDIS_URL = "unix:///nowhere?db=0"
    monkeypatch.setattr(limits, "connect", pace.connect.__wrapped__)

    answers = [app.ask("GET", "follows") for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0]
