import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient
from rest_framework.views import APIView

from articles.api.views import DirectView
from articles.models import Mute, Reading
from articles.searching import index_articles
from tests import make
from tests.app import App

pytestmark = pytest.mark.django_db


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


# One statement finds the session; sync asks for each kind what changed and then for the rows.
COSTS = {
    "account/export": 9,
    "feed": 1,
    "feed?stories=yes": 1,
    "follows": 2,
    "mutes": 2,
    "publishers": 1,
    "publishers/courier/articles": 2,
    "read": 2,
    "saved": 2,
    "search?q=article": 2,
    "sections": 1,
    "sections/politics/articles": 2,
    "sessions": 2,
    "suggestions": 3,
    "sync": 9,
    "tags": 2,
    "tags/Bridges/articles": 1,
    "tags/Bridges/related": 2,
    "trending": 1,
}


@pytest.mark.parametrize(("path", "cost"), COSTS.items())
def test_a_list_costs_the_same_however_long(app: App, path: str, cost: int) -> None:
    tag, courier = make.tag("Bridges"), make.publisher("Courier")
    costs = []

    for rows in (1, 20):
        for _ in range(rows):
            near, politics = make.tag(), make.section()
            article = make.article("Article", by=courier, tags=[tag, near], section=politics)
            index_articles([article.pk])
            now = {"read_at": make.NOON, "saved_at": make.NOON}
            Reading.objects.note(app.reader.pk, [article.pk], **now)
            Mute.objects.begin(app.reader.pk, make.publisher(), make.NOON)
            make.follow(app.reader, make.tag())
            make.session(app.reader)
        with CaptureQueriesContext(connection) as queries:
            assert app.ask("GET", path).status_code == 200
        costs.append(len(queries))

    assert costs == [cost, cost]


def test_a_malformed_body_and_a_wrong_method_are_problems(app: App) -> None:
    broken = app.put("/api/v1/follows/Bridges", "{", content_type="application/json")
    wrong = app.ask("POST", "follows")

    assert (broken.status_code, wrong.status_code) == (400, 405)
    for answer in (broken, wrong):
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]


@pytest.mark.parametrize(
    "path", ["feed?limit=2", "feed?stories=yes", "tags/bridges/articles?limit=2", "saved"]
)
def test_the_short_way_answers_as_the_usual_one_does(
    app: App, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = make.tag("Bridges")
    make.follow(app.reader, tag)
    for _ in range(3):
        make.article(tags=[tag])

    short = app.ask("GET", path)
    monkeypatch.setattr(DirectView, "dispatch", APIView.dispatch)
    usual = app.ask("GET", path)

    assert short.content == usual.content
    assert short["Content-Type"] == usual["Content-Type"] == "application/json"
    assert short["ETag"] == usual["ETag"]
    assert short["Cache-Control"] == usual["Cache-Control"]
    assert "RateLimit" in short


@pytest.mark.parametrize(
    ("path", "accept", "code"),
    [
        ("feed", "application/xml", 406),
        ("feed", "application/json", 200),
        ("feed", "text/html, */*;q=0.1", 200),
        ("feed?limit=0", "*/*", 400),
        ("tags/Nothing/articles", "*/*", 404),
    ],
)
def test_the_short_way_leaves_refusals_to_the_usual_one(
    app: App, path: str, accept: str, code: int
) -> None:
    answer = app.get(f"/api/v1/{path}", headers={"Accept": accept})

    assert answer.status_code == code
    assert code == 200 or answer["Content-Type"] == "application/problem+json"
