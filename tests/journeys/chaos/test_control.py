"""Editors pause, resume and cancel; alerts expire; breaking news overtakes; memory stays flat."""

import random
import re
import statistics
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from articles.models import Tag
from notifications import control, tasks
from notifications.models import Alert, Batch
from tests import make
from tests.app import DEVICE, App
from tests.crowd import make_crowd
from tests.journeys.chaos import crew
from tests.journeys.chaos.conftest import Report
from tests.processes import Emulator, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 2
LONG = pytest.mark.chaos


def is_anybody_holding() -> bool:
    return Batch.objects.filter(lease_until__gt=Now()).exists()


def calls_after(emulator: Emulator, before: int) -> int:
    """What still left once nobody sends any more."""
    wait_until(lambda: not is_anybody_holding())
    calls: int = emulator.counts()["calls"]
    return calls - before


@pytest.mark.parametrize(
    ("size", "pauses"), [(1_500, 2), pytest.param(20_000, 8, marks=LONG)], ids=["short", "long"]
)
def test_paused_resumed_and_cancelled_at_random(
    emulator: Emulator, report: Report, size: int, pauses: int
) -> None:
    env = crew.variables(emulator, PUSH_LEASE=crew.CALM)
    bound = WORKERS * crew.IN_FLIGHT
    most = paused = 0
    with crew.working(env, size=WORKERS):
        alert = crew.start_alert(size)
        for number in range(pauses):
            share = (number + random.random()) / (pauses + 1)
            wait_until(crew.reached(emulator, alert, int(size * share)), crew.PATIENCE)
            try:
                control.pause(alert, "chaos")
            except control.ControlError:
                break  # it was over
            paused += 1
            most = max(most, calls_after(emulator, emulator.counts()["calls"]))
            control.resume(alert, timezone.now())
        crew.finish(alert)
        seen = crew.figures(emulator, alert)

        other = crew.start_alert(size)
        wait_until(crew.reached(emulator, other, random.randrange(size // 2)))
        control.cancel(other, "chaos")
        after_cancel = calls_after(emulator, emulator.counts()["calls"])
        assert crew.state_of(other) == Alert.State.CANCELLED
        assert not other.batches.unfinished().exists()

    assert paused
    assert most <= bound
    assert after_cancel <= bound
    report(
        size,
        f"{paused} pauses: at most {most} more; cancel: {after_cancel} more of {bound}",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
    )


@pytest.mark.chaos
def test_no_worker_while_it_expires(emulator: Emulator, report: Report) -> None:
    size = 1_000
    tag = make.tag()
    app = App()
    make.preference(app.reader)
    app.ask("PUT", f"devices/{uuid.uuid4()}", DEVICE)
    make.follow(app.reader, tag)
    env = crew.variables(emulator, PUSH_RATE=100, PUSH_LEASE=crew.CALM)
    alert = crew.start_alert(size, tag=tag)
    with crew.working(env):
        wait_until(crew.reached(emulator, alert, 20))
    Alert.objects.filter(pk=alert.pk).update(expires_at=Now() + timedelta(seconds=1))
    Batch.objects.update(lease_until=None)  # the lease of the dead is over by then
    before = emulator.counts()["calls"]
    wait_until(lambda: Alert.objects.filter(expires_at__lt=Now()).exists())
    with crew.working(env):
        wait_until(lambda: crew.state_of(alert) == Alert.State.EXPIRED)
        wait_until(lambda: not is_anybody_holding())

    sent_after = emulator.counts()["calls"] - before
    assert set(alert.batches.values_list("state", flat=True)) <= {"expired", "done"}
    assert alert.batches.filter(state=Batch.State.EXPIRED).exists()
    [shown] = app.ask("GET", "alerts").json()["results"]
    assert shown["id"] == str(alert.pk)
    report(size, f"expired at {before} of {size}; in the inbox", duplicates=sent_after)


def first_call_after(emulator: Emulator, tag: Tag) -> float:
    """Seconds from handing a breaking alert to the queue to its first call."""
    alert = crew.alert_about(tag, is_breaking=True)
    began = time.time()
    tasks.send_batches(list(alert.batches.values_list("pk", flat=True)))
    crew.finish(alert)
    seconds: float = crew.figures(emulator, alert)["first_at"] - began
    return seconds


@pytest.mark.chaos
def test_breaking_news_overtakes(emulator: Emulator, report: Report) -> None:
    """Against the same on idle workers, so that only what the large alert adds is counted."""
    size, rate = 20_000, 2_000
    env = crew.variables(emulator, PUSH_RATE=rate, PUSH_LEASE=crew.CALM)
    tag, breaking = make.tag(), make.tag()
    make_crowd(100, breaking)
    with crew.working(env), crew.working(env, "push.breaking", 1):
        first_call_after(emulator, breaking)
        idle = statistics.median(first_call_after(emulator, breaking) for _ in range(5))
        alert = crew.start_alert(size, tag=tag)
        wait_until(crew.reached(emulator, alert, 500))
        busy = statistics.median(first_call_after(emulator, breaking) for _ in range(5))
        assert not crew.is_over(alert)
        crew.finish(alert)

    chunk = crew.IN_FLIGHT / 4 / (0.7 * rate)
    assert busy - idle <= chunk + 1
    seen = crew.figures(emulator, alert)
    report(
        size,
        f"first breaking call after {busy:.2f} s, {idle:.2f} s on idle workers",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
    )


def peak_memory(pid: int) -> float:
    """Megabytes that the process had at most since the last reset."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024


@pytest.mark.chaos
@pytest.mark.timeout(280)
def test_memory_is_flat(emulator: Emulator, report: Report) -> None:
    few, many = 10_000, 60_000
    env = crew.variables(emulator, PUSH_IN_FLIGHT=1000, PUSH_RATE=20_000, PUSH_LEASE=crew.CALM)
    with crew.working(env, size=1) as one:
        alert = crew.start_alert(few, per_batch=5000)
        crew.finish(alert)
        [pid] = crew.children(one)
        before = peak_memory(pid)
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        alert = crew.start_alert(many, per_batch=5000)
        crew.finish(alert)
        after = peak_memory(pid)

    assert after < before + 8
    seen = crew.figures(emulator, alert)
    report(
        many,
        f"{before:.0f} MB for {few}, {after:.0f} MB for {many}",
        lost=many - seen["reached"],
        duplicates=seen["duplicates"],
    )
