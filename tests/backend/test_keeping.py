import time

import pytest
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from articles.models import Article, Section, Tag
from backend import keeping
from backend.limits import read_policy
from tests import make
from tests.app import App

pytestmark = pytest.mark.django_db
LIST = "/api/v1/tags/Bridges/articles"


@pytest.fixture(autouse=True)
def _kept_for_a_minute(settings: Settings) -> None:
    settings.API_KEEP_SECONDS = 60


@pytest.fixture
def bridges() -> Tag:
    tag = make.tag("Bridges")
    make.article("A bridge", tags=[tag])
    return tag


@pytest.mark.usefixtures("bridges")
def test_what_is_the_same_for_everybody_is_asked_for_once(
    anonymous: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = anonymous.get(LIST)

    with django_assert_num_queries(0):
        second = anonymous.get(LIST)
        known = anonymous.get(LIST, headers={"If-None-Match": first["ETag"]})

    assert second.content == first.content
    unlike = {"RateLimit"}
    told = [{k: v for k, v in each.items() if k not in unlike} for each in (first, second)]
    assert told[0] == told[1]
    assert told[0]["Cache-Control"] == "public, max-age=60"
    assert int(told[0]["Content-Length"]) == len(first.content)
    assert (known.status_code, known.content) == (304, b"")


def test_after_a_moment_it_is_asked_for_anew(
    anonymous: APIClient, bridges: Tag, settings: Settings
) -> None:
    settings.API_KEEP_SECONDS = 0.05
    anonymous.get(LIST)
    make.article("Another", tags=[bridges])

    time.sleep(0.06)

    assert len(anonymous.get(LIST).json()["results"]) == 2


def test_zero_turns_it_off(anonymous: APIClient, bridges: Tag, settings: Settings) -> None:
    settings.API_KEEP_SECONDS = 0
    anonymous.get(LIST)
    make.article("Another", tags=[bridges])

    assert len(anonymous.get(LIST).json()["results"]) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"QUERY_STRING": "limit=1"},
        {"HTTP_HOST": "localhost"},
        {"HTTP_ACCEPT": "text/html"},
        {"HTTP_ACCEPT_LANGUAGE": "hy"},
        {"wsgi.url_scheme": "https"},
    ],
)
def test_another_question_has_another_answer(
    anonymous: APIClient, bridges: Tag, change: dict[str, str]
) -> None:
    anonymous.get(LIST)
    Article.objects.update(title="Changed")

    answer = anonymous.get(LIST, **change)  # type: ignore[arg-type]  # WSGI's variables

    assert bridges
    assert "A bridge" not in answer.content.decode()


@pytest.mark.usefixtures("bridges")
def test_it_is_the_same_for_who_shows_a_secret(
    app: App, anonymous: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = anonymous.get(LIST)

    with django_assert_num_queries(0):
        second = anonymous.get(LIST, headers={"Authorization": f"Bearer {app.secret}"})

    assert second.content == first.content


@pytest.mark.parametrize("path", ["feed", "tags/Bridges"])
def test_what_is_the_readers_own_is_answered_anew(bridges: Tag, path: str) -> None:
    one, two = App(), App()
    make.follow(two.reader, bridges)

    seen = [app.ask("GET", path).json() for app in (one, two)]
    Article.objects.update(title="Changed")
    Tag.objects.update(label="Changed")
    again = [app.ask("GET", path).json() for app in (one, two)]

    assert again[1] != seen[1]
    assert seen[0] != seen[1]


def test_a_tag_with_the_readers_own_level_is_never_kept(anonymous: APIClient, bridges: Tag) -> None:
    anonymous.get("/api/v1/tags/Bridges")
    Tag.objects.filter(pk=bridges.pk).update(label="Changed")

    assert anonymous.get("/api/v1/tags/Bridges").json()["label"] == "Changed"


def test_a_refusal_is_not_kept(anonymous: APIClient) -> None:
    assert anonymous.get(LIST).status_code == 404
    make.article(tags=[make.tag("Bridges")])

    assert anonymous.get(LIST).status_code == 200


@pytest.mark.usefixtures("bridges")
def test_what_is_kept_counts_against_the_limit(anonymous: APIClient, settings: Settings) -> None:
    settings.API_RATES = settings.API_RATES | {"address": "20/minute"}
    read_policy.cache_clear()

    answers = [anonymous.get(LIST) for _ in range(21)]

    assert [each.status_code for each in answers[18:]] == [200, 200, 429]
    assert ["r=1;" in each["RateLimit"] for each in answers[17:20]] == [False, True, False]
    read_policy.cache_clear()


def test_so_much_is_kept_and_no_more(anonymous: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    Section.objects.create(name="Politics", slug="politics")
    urls = [f"/api/v1/sections?{number}" for number in range(3)]
    size = len(anonymous.get("/api/v1/sections").content)
    monkeypatch.setattr(keeping, "MOST", 2 * size)
    for url in urls:
        anonymous.get(url)
    Section.objects.update(name="Changed")

    kept = ["Politics" in anonymous.get(url).content.decode() for url in reversed(urls)]

    assert kept == [True, True, False]
