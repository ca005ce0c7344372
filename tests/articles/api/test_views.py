import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

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


@pytest.mark.parametrize(
    ("path", "cost"),
    [("tags", 2), ("tags/Bridges/articles", 1), ("feed", 2), ("follows", 2), ("sessions", 2)],
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


def test_a_malformed_body_and_a_wrong_method_are_problems(app: App) -> None:
    broken = app.put("/api/v1/follows/Bridges", "{", content_type="application/json")
    wrong = app.ask("POST", "follows")

    assert (broken.status_code, wrong.status_code) == (400, 405)
    for answer in (broken, wrong):
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]
