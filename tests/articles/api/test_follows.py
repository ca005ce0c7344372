import pytest

from articles.models import Follow
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
