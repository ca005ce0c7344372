import pytest
from pytest_django import DjangoAssertNumQueries

from articles.models import Follow, Tag
from tests import make
from tests.app import App

pytestmark = pytest.mark.django_db


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


def test_following_again_after_an_end_begins_anew(app: App) -> None:
    tag = make.tag("Bridges")
    make.follow(app.reader, tag, since=make.NOON)
    app.ask("DELETE", "follows/Bridges")

    answer = app.ask("PUT", "follows/Bridges", {})

    assert answer.json()["level"] == "all"
    assert Follow.objects.get().followed_at > make.NOON


def test_a_new_phone_brings_many_follows_at_once(
    app: App, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tags = [make.tag(f"Tag{number:03}") for number in range(500)]
    make.follow(app.reader, make.tag("Kept"), Follow.Level.TOP)
    make.follow(app.reader, tags[1], Follow.Level.ALL, since=make.NOON)
    wanted = [{"name": tag.name.upper()} for tag in tags]
    wanted[0] |= {"level": "mute"}
    wanted[1] |= {"level": "digest"}

    with django_assert_num_queries(4):  # who asks, which tags, follow them, say so
        answer = app.ask("PUT", "follows", {"follows": wanted})

    levels = [(each["tag"]["name"], each["level"]) for each in answer.json()]
    assert levels[:3] == [("Tag000", "mute"), ("Tag001", "digest"), ("Tag002", "all")]
    assert len(levels) == 500
    assert len(app.ask("GET", "follows").json()) == 501
    assert Follow.objects.get(tag=tags[1]).followed_at == make.NOON


def test_of_two_names_of_one_tag_the_last_counts(app: App) -> None:
    tag, old = make.tag("Bridges"), make.tag("Spans")
    Tag.objects.filter(pk=old.pk).update(merged_into=tag)
    wanted = [{"name": "Bridges"}, {"name": "spans", "level": "top"}]

    answer = app.ask("PUT", "follows", {"follows": wanted})

    assert [(each["tag"]["name"], each["level"]) for each in answer.json()] == [("Bridges", "top")]


@pytest.mark.parametrize(
    ("wrong", "code", "field", "detail"),
    [
        ({"name": "Nothing"}, 404, "follows.1.name", "There is no tag #Nothing."),
        ({"name": "A\0B"}, 400, "follows.1.name", "Null characters are not allowed."),
        ({"name": "Bridges", "level": "loud"}, 400, "follows.1.level", '"loud" is not'),
        ({"level": "all"}, 400, "follows.1.name", "This field is required."),
    ],
)
def test_one_that_is_wrong_stops_all_and_says_where(
    app: App, wrong: dict[str, str], code: int, field: str, detail: str
) -> None:
    make.tag("Bridges")

    answer = app.ask("PUT", "follows", {"follows": [{"name": "Bridges"}, wrong]})

    assert answer.status_code == answer.json()["status"] == code
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert detail in error["detail"]
    assert not Follow.objects.exists()


@pytest.mark.parametrize("count", [0, 501])
def test_none_or_too_many_at_once_are_refused(app: App, count: int) -> None:
    make.tag("Bridges")

    answer = app.ask("PUT", "follows", {"follows": [{"name": "Bridges"}] * count})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith("follows")


def test_what_may_be_asked_of_follows_can_be_asked(app: App) -> None:
    answer = app.options("/api/v1/follows")

    assert answer.status_code == 200
    assert {"GET", "PUT"} <= set(answer["Allow"].split(", "))
