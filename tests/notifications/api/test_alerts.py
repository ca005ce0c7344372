from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from articles.models import Follow, Tag
from notifications import control
from notifications.models import Alert, Holdback, Preference, Reaction
from tests import make
from tests.app import DEVICE, App
from tests.told import plan, run_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def tag(app: App) -> Tag:
    """One that the app's reader follows, with a phone and nothing in the way."""
    tag = make.tag("Bridges")
    app.ask("PUT", f"devices/{uuid4()}", DEVICE)
    make.preference(app.reader)
    make.follow(app.reader, tag)
    return tag


def inbox(app: App) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.ask("GET", "alerts").json()["results"]
    return found


def standings(app: App) -> list[str]:
    return [alert["told"]["standing"] for alert in inbox(app)]


def test_an_alert_is_on_its_way_and_then_told(app: App, tag: Tag) -> None:
    alert = plan(tag)

    before = standings(app)
    run_all(alert)

    assert (before, standings(app)) == (["sending"], ["told"])
    assert inbox(app)[0]["why"] == ["Bridges"]


def hours_from_now(hours: int) -> time:
    return (timezone.now() + timedelta(hours=hours)).replace(minute=0, second=0).time()


def test_who_sleeps_sees_in_the_inbox_when_it_comes(app: App, tag: Tag) -> None:
    make.preference(app.reader, hours_from_now(-1), hours_from_now(3))

    plan(tag)

    [alert] = inbox(app)
    assert alert["told"]["standing"] == "asleep"
    assert datetime.fromisoformat(alert["told"]["until"]) > timezone.now() + timedelta(hours=1)


def test_what_the_night_outlasts_says_so(app: App, tag: Tag) -> None:
    make.preference(app.reader, hours_from_now(-1), hours_from_now(10))

    plan(tag)

    assert standings(app) == ["quiet"]


@pytest.mark.parametrize("reason", Holdback.Reason)
def test_what_was_held_back_says_why_after_a_flush_of_redis(
    app: App, tag: Tag, reason: Holdback.Reason
) -> None:
    limits = {"cap": 1} if reason == "cap" else {"gap": 10}
    make.preference(app.reader, **limits)  # type: ignore[arg-type]  # one of two numbers

    for _ in range(2):
        run_all(plan(tag))

    assert standings(app) == [reason, "told"]


@pytest.mark.parametrize("level", [Follow.Level.TOP, Follow.Level.DIGEST])
def test_what_is_followed_for_the_digest_says_so(app: App, tag: Tag, level: Follow.Level) -> None:
    Follow.objects.update(level=level)

    run_all(plan(tag))

    assert standings(app) == ["level"]


def test_who_turned_alerts_off_or_has_no_device_is_told_so(app: App, tag: Tag) -> None:
    run_all(plan(tag))
    app.reader.devices.all().delete()
    assert standings(app) == ["deviceless"]

    Preference.objects.update(is_on=False)

    assert standings(app) == ["off"]


def test_a_cancelled_rest_says_stopped(app: App, tag: Tag) -> None:
    alert = plan(tag)
    alert.batches.update(state="expired")
    Alert.objects.update(state="expired")

    assert standings(app) == ["stopped"]


def test_a_story_is_in_the_inbox_once_in_its_latest_words(app: App, tag: Tag) -> None:
    alert = plan(tag)
    run_all(alert)
    words = alert.own()
    now = timezone.now()

    update = control.follow_up(alert, Alert.Kind.UPDATE, words, None, now)
    Alert.objects.filter(pk=update.pk).update(state="sent", planned_at=now)
    assert [each["kind"] for each in inbox(app)] == ["update"]

    control.follow_up(alert, Alert.Kind.RETRACTION, words, None, now + timedelta(minutes=1))
    assert inbox(app) == []


def test_one_alert_says_why_it_came(app: App, tag: Tag) -> None:
    alert = plan(tag)
    run_all(alert)

    found = app.ask("GET", f"alerts/{alert.pk}").json()

    assert (found["why"], found["told"]["standing"]) == (["Bridges"], "told")


def test_another_readers_alert_is_not_found(app: App) -> None:
    assert app.ask("GET", f"alerts/{plan(make.tag()).pk}").status_code == 404


def test_unread_alerts_are_counted_until_they_are_looked_at(app: App, tag: Tag) -> None:
    for _ in range(3):
        plan(tag)

    before = app.ask("GET", "alerts/unread").json()
    app.ask("DELETE", "alerts/unread")
    plan(tag)

    assert (before, app.ask("GET", "alerts/unread").json()) == ({"unread": 3}, {"unread": 1})


def report(app: App, *kinds: str, alert: object, at: str = "2026-03-02T12:00:05Z") -> Any:
    told = [{"alert": str(alert), "kind": kind, "at": at} for kind in kinds]
    return app.ask("POST", "reactions", {"reactions": told})


def test_reactions_are_kept_once_however_often_they_are_sent(app: App, tag: Tag) -> None:
    alert = plan(tag)

    answers = [report(app, "received", "opened", alert=alert.pk).json() for _ in range(2)]

    assert answers == [{"known": 2}, {"known": 2}]
    assert sorted(Reaction.objects.values_list("kind", flat=True)) == ["opened", "received"]


@pytest.mark.usefixtures("tag")
def test_alerts_that_do_not_exist_are_passed_over(app: App) -> None:
    assert report(app, "opened", alert=uuid4()).json() == {"known": 0}


def test_a_clock_that_is_ahead_reports_no_future(app: App, tag: Tag) -> None:
    report(app, "opened", alert=plan(tag).pk, at="2099-01-01T00:00:00Z")

    assert Reaction.objects.get().happened_at <= timezone.now()


def test_a_session_without_a_device_cannot_report(app: App) -> None:
    answer = report(app, "opened", alert=uuid4())

    assert answer.status_code == 409
    assert "register" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reactions": []},
        {"reactions": [{"alert": "x", "kind": "opened", "at": "2026-03-02T12:00:00Z"}]},
        {"reactions": [{"alert": str(uuid4()), "kind": "liked", "at": "2026-03-02T12:00:00Z"}]},
        {"reactions": [{"alert": str(uuid4()), "kind": "opened", "at": "soon"}]},
    ],
)
@pytest.mark.usefixtures("tag")
def test_reactions_that_make_no_sense_are_refused(app: App, body: object) -> None:
    answer = app.ask("POST", "reactions", body)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
