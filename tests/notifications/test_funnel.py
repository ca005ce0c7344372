from datetime import timedelta

import pytest

from notifications.funnel import make_funnel
from notifications.models import Alert, Failure, Reaction
from notifications.transports.base import Outcome, Result
from notifications.transports.memory import MemoryTransport
from tests import make
from tests.told import follower, plan, run_all

pytestmark = pytest.mark.django_db


def react(alert: Alert, number: int, kind: str, seconds: float) -> None:
    device = alert.batches.get().alert.tags.get().follows.order_by("reader")[number].reader
    Reaction.objects.create(
        alert=alert,
        device=device.devices.get(),
        kind=kind,
        happened_at=alert.published_at + timedelta(seconds=seconds),
    )


def test_a_funnel_tells_of_every_step() -> None:
    tag = make.tag()
    for number in range(4):
        follower(tag, f"phone-number-{number}")
    follower(tag, "phone-capped", cap=1)
    run_all(plan(tag))
    MemoryTransport.answers["phone-number-0"] = Outcome(result=Result.GONE, code="UNREGISTERED")
    silent = make.reader()
    make.preference(silent)
    make.follow(silent, tag)
    alert = plan(tag)
    run_all(alert)
    for number in range(3):
        react(alert, number, "received", 4 + number)
    react(alert, 1, "opened", 20)
    react(alert, 2, "turned_off", 3600)
    react(alert, 0, "turned_off", 90_000)

    funnel = make_funnel(alert)

    assert (funnel["readers"]["targeted"], funnel["readers"]["eligible"]) == (6, 6)
    assert funnel["held_back"] == {"cap": 1, "gap": 0, "deviceless": 1}
    assert funnel["messages"] == {"accepted": 3, "failed": 1, "ambiguous": 0}
    assert funnel["failed"] == {"UNREGISTERED": 1}
    assert funnel["reactions"] == {"received": 3, "opened": 1, "dismissed": 0, "turned_off": 1}
    assert funnel["seconds"] == {"p50": 5, "p90": pytest.approx(5.8)}


def test_an_alert_without_reports_has_no_delay() -> None:
    assert make_funnel(plan(make.tag()))["seconds"] == {"p50": None, "p90": None}


def test_what_is_tried_again_has_not_failed_yet() -> None:
    tag = make.tag()
    follower(tag, "phone-busy")
    MemoryTransport.answers["phone-busy"] = Outcome(result=Result.RETRY, code="INTERNAL")
    alert = plan(tag)
    run_all(alert)

    assert Failure.objects.count() == 1
    assert make_funnel(alert)["failed"] == {}
