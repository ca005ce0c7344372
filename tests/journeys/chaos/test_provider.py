"""The provider is overloaded, cuts connections, refuses us, or calls addresses dead."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db.models import Sum
from django.db.models.functions import Now

from articles.models import Tag
from notifications.models import Alert, Batch, Device, Failure
from tests import make
from tests.crowd import make_crowd
from tests.journeys.chaos import crew
from tests.journeys.chaos.conftest import Report
from tests.processes import Emulator, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LONG = pytest.mark.chaos


def storm(emulator: Emulator, fault: str, **details: object) -> None:
    """From now on every message is answered so."""
    emulator.ask("PUT", "/emulator/faults", {"share": [{"of": 1, "fault": fault, **details}]})


def calm(emulator: Emulator) -> None:
    emulator.ask("DELETE", "/emulator/faults")


def is_anybody_holding() -> bool:
    return Batch.objects.filter(lease_until__gt=Now()).exists()


def pause_left() -> float:
    broker: Any = redis.Redis.from_url(settings.REDIS_URL)
    milliseconds: int = broker.pttl("push:pause")
    return max(0, milliseconds / 1000)


@pytest.mark.parametrize(
    ("workers", "size", "seconds", "form"),
    [
        (4, 2_000, 3, "seconds"),
        pytest.param(16, 6_000, 8, "seconds", marks=LONG),
        pytest.param(16, 6_000, 8, "date", marks=LONG),
    ],
    ids=["short", "seconds", "date"],
)
def test_429_with_a_time(
    emulator: Emulator, report: Report, workers: int, size: int, seconds: int, form: str
) -> None:
    in_flight = 40
    env = crew.variables(
        emulator, PUSH_IN_FLIGHT=in_flight, PUSH_LEASE=crew.CALM, FCM_CONNECTIONS=1
    )
    with crew.working(env, size=workers):
        alert = crew.start_alert(size, per_batch=size // workers)
        wait_until(crew.reached(emulator, alert, size // 5))
        date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
        storm(emulator, "QUOTA_EXCEEDED", retry_after=date if form == "date" else seconds)
        wait_until(pause_left)
        wait_until(lambda: not is_anybody_holding(), seconds - 1)  # nobody sleeps under a lease
        assert pause_left() > 0
        wait_until(lambda: pause_left() < 1)
        refused = emulator.counts()["answered"]["429"]
        calm(emulator)
        crew.finish(alert)

    assert refused <= workers * in_flight
    seen = crew.figures(emulator, alert)
    report(
        size,
        f"429 to {workers} workers: {refused} calls of {workers * in_flight}",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
    )


@pytest.mark.chaos
@pytest.mark.timeout(300)
def test_503_for_a_minute(emulator: Emulator, report: Report) -> None:
    """Longer than five tries last: an overloaded provider says nothing about an address."""
    size, few, workers, connections = 5_000, 10, 2, 4
    env = crew.variables(emulator, PUSH_LEASE=crew.CALM, FCM_CONNECTIONS=connections)
    with crew.working(env, size=workers):
        alert = crew.start_alert(size)
        wait_until(crew.reached(emulator, alert, 500))
        storm(emulator, "UNAVAILABLE")
        small = crew.start_alert(few)
        most_open, end = 0, time.monotonic() + 60
        while time.monotonic() < end:
            time.sleep(0.5)
            most_open = max(most_open, emulator.counts()["connections_open"])
        calls = emulator.counts()["answered"]["503"]
        calm(emulator)
        crew.finish(alert)
        crew.finish(small)

    assert most_open <= workers * connections
    seen, other = crew.figures(emulator, alert), crew.figures(emulator, small)
    report(
        size + few,
        f"503 for 60 s: {calls} calls, {most_open} connections",
        lost=size + few - seen["reached"] - other["reached"],
        duplicates=seen["duplicates"] + other["duplicates"],
    )


@pytest.mark.chaos
def test_accepted_then_reset_every_time(emulator: Emulator, report: Report) -> None:
    """A message without an answer is tried once more, and counted as doubtful."""
    size = 200
    workers, connections = 2, 4
    env = crew.variables(
        emulator, PUSH_LEASE=crew.CALM, FCM_CONNECTIONS=connections, PUSH_IN_FLIGHT=40
    )
    storm(emulator, "ACCEPT_THEN_RESET")
    most_open = 0

    def look() -> None:
        nonlocal most_open
        most_open = max(most_open, emulator.counts()["connections_open"])

    with crew.working(env, size=workers):
        alert = crew.start_alert(size, per_batch=size // 4)
        Alert.objects.filter(pk=alert.pk).update(proved_at=Now())
        crew.meanwhile(alert, look, 0.3)
        crew.finish(alert)

    counts, seen = emulator.counts(), crew.figures(emulator, alert)
    doubtful = Batch.objects.aggregate(n=Sum("ambiguous_count"))["n"]
    assert counts["most_calls"] <= 2
    assert doubtful == 2 * size
    assert Failure.objects.filter(outcome="ambiguous", next_try_at=None).count() == size
    assert most_open <= workers * connections
    assert Device.objects.live().count() == size
    report(
        size,
        f"every call cut: {doubtful} doubtful, {most_open} connections",
        duplicates=seen["duplicates"],
        bound=size,
    )


@pytest.mark.chaos
def test_an_address_changes_before_it_is_called_dead(emulator: Emulator, report: Report) -> None:
    tag = make.tag()
    phone = make.device(address="phone-with-an-old-address-0123456789")
    make.follow(phone.reader, tag)
    wish = {"latency_ms": 1500, "addresses": {phone.address: "UNREGISTERED"}}
    emulator.ask("PUT", "/emulator/faults", wish)

    with crew.working(crew.variables(emulator, PUSH_LEASE=crew.CALM), size=1):
        alert = crew.alert_about(tag)
        wait_until(lambda: emulator.counts()["calls"])
        phone.address = "phone-with-a-new-address-0123456789"
        phone.save()
        crew.finish(alert)

    phone.refresh_from_db()
    assert phone.state == Device.State.ACTIVE
    assert Failure.objects.get().code == "UNREGISTERED"
    report(1, "address changed under way")


REFUSALS = {
    "SENDER_ID_MISMATCH": Alert.State.PAUSED,  # another project's credential
    "PERMISSION_DENIED": Alert.State.PAUSED,
    "THIRD_PARTY_AUTH_ERROR": Alert.State.PAUSED,  # our key for Apple has expired
    "INVALID_PAYLOAD": Alert.State.FAILED,
}


@pytest.mark.chaos
def test_what_is_wrong_with_us_ends_in_the_canary(emulator: Emulator, report: Report) -> None:
    size = 5_000
    tag = make.tag()
    most = 0
    alerts = [crew.start_alert(size, tag=tag)]
    alerts += [crew.alert_about(tag) for _ in REFUSALS][1:]
    Alert.objects.update(state=Alert.State.PAUSED)
    with crew.working(crew.variables(emulator, PUSH_LEASE=crew.CALM)):
        for alert, (fault, state) in zip(alerts, REFUSALS.items(), strict=True):
            storm(emulator, fault)
            Alert.objects.filter(pk=alert.pk).update(state=Alert.State.SENDING)
            wait_until(partial(crew.is_stopped, alert))
            assert alert.state == state, fault
            seen = crew.figures(emulator, alert)
            assert seen["accepted"] == 0
            most = max(most, seen["calls"])

    assert most <= crew.IN_FLIGHT
    assert Device.objects.exclude(state=Device.State.ACTIVE).count() == 0
    report(size, f"{len(REFUSALS)} refusals: at most {most} calls, 0 devices given up")


def kill_phones(emulator: Emulator, tag: Tag, of_ten: int) -> int:
    """Let some of every ten who follow a tag be phones that are gone: how many."""
    phones = [device.address for device in crew.devices_of(tag)]
    dead = [address for number, address in enumerate(phones) if number % 10 < of_ten]
    emulator.fail(dict.fromkeys(dead, "UNREGISTERED"))
    return len(dead)


@pytest.mark.chaos
def test_dead_addresses(emulator: Emulator, report: Report) -> None:
    """A tenth is believed and given up; three tenths are not."""
    size = 5_000
    env = crew.variables(emulator, PUSH_LEASE=crew.CALM, PUSH_IN_FLIGHT=1000)
    tags = [make.tag(), make.tag()]
    for tag in tags:
        make_crowd(size, tag)
    with crew.working(env):
        dead = kill_phones(emulator, tags[0], of_ten=1)
        tenth = crew.alert_about(tags[0])
        crew.finish(tenth)
        gone = Device.objects.filter(state=Device.State.GONE).count()
        kill_phones(emulator, tags[1], of_ten=3)
        more = crew.alert_about(tags[1])
        wait_until(lambda: crew.is_stopped(more))

    assert more.state == Alert.State.PAUSED
    assert gone == dead
    assert Device.objects.filter(state=Device.State.GONE).count() == gone
    seen = crew.figures(emulator, tenth)
    report(
        size,
        f"10 % dead: {gone} given up; 30 %: paused, 0 given up",
        lost=size - dead - seen["reached"],
        duplicates=seen["duplicates"],
    )
