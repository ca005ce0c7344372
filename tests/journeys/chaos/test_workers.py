"""Workers die, freeze, and have clocks that are wrong."""

import contextlib
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from notifications.models import Alert, Batch
from tests import make
from tests.journeys.chaos import crew
from tests.journeys.chaos.conftest import Report
from tests.processes import Emulator, beat, kill, running, wait_until, worker

pytestmark = pytest.mark.django_db(transaction=True)

LONG = pytest.mark.chaos


@pytest.mark.parametrize(
    ("size", "rate", "every", "most"),
    [
        (3_000, crew.RATE, 0.6, 3),
        pytest.param(20_000, crew.RATE, 0.8, 1000, marks=LONG),
        pytest.param(200_000, 5 * crew.RATE, 1, 1000, marks=LONG),
    ],
    ids=["short", "long", "vast"],
)
@pytest.mark.timeout(280)
def test_kill_9_of_processes_that_send(
    emulator: Emulator, report: Report, size: int, rate: int, every: float, most: int
) -> None:
    with crew.working(crew.variables(emulator, PUSH_RATE=rate)) as worker:
        alert = crew.start_alert(size)
        wait_until(crew.reached(emulator, alert, 1))
        kills = crew.meanwhile(alert, lambda: crew.kill_child(worker), every, most)
        crew.finish(alert)

    seen = crew.figures(emulator, alert)
    assert kills
    assert emulator.counts()["max_per_address"] <= 1 + kills
    assert crew.recorded(alert) == size
    report(
        size,
        f"{kills} kill -9",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
        bound=kills * crew.IN_FLIGHT,
    )


@pytest.mark.chaos
@pytest.mark.timeout(280)
def test_kill_9_of_whole_workers(emulator: Emulator, report: Report, tmp_path: Path) -> None:
    size, kills = 20_000, 0
    env = crew.variables(emulator)
    stack = contextlib.ExitStack()
    stack.enter_context(running(beat(env, tmp_path)))
    workers = [worker(env, "push"), worker(env, "push")]

    def replace() -> None:
        nonlocal kills
        kill(workers.pop(0))
        workers.append(worker(env, "push"))
        kills += 1

    try:
        alert = crew.start_alert(size)
        crew.meanwhile(alert, replace, 4, most=6)
        crew.finish(alert)
    finally:
        for each in workers:
            kill(each)
        stack.close()

    seen = crew.figures(emulator, alert)
    assert kills
    report(
        size,
        f"{kills} workers of 2 killed",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
        bound=kills * 2 * crew.IN_FLIGHT,
    )


@pytest.mark.chaos
def test_one_slow_answer_does_not_widen_what_a_kill_repeats(
    emulator: Emulator, report: Report
) -> None:
    """Chunks behind one that waits are not recorded yet: they count as under way."""
    size = 2_000
    env = crew.variables(emulator, PUSH_LEASE=5)
    alert = crew.start_alert(size, per_batch=size)
    Alert.objects.filter(pk=alert.pk).update(proved_at=timezone.now())
    early = crew.devices_of(alert.tags.get())[10]
    emulator.fail({early.address: {"fault": "SLOW", "seconds": 4, "times": 1}})

    with crew.working(env, size=1) as worker:
        wait_until(crew.reached(emulator, alert, 50))
        time.sleep(1.5)  # in which what is not bounded would grow
        kills = crew.kill_child(worker)
        crew.finish(alert)

    seen = crew.figures(emulator, alert)
    report(
        size,
        "1 kill behind a slow answer",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
        bound=kills * crew.IN_FLIGHT,
    )


@pytest.mark.chaos
@pytest.mark.timeout(280)
def test_frozen_past_the_lease_and_thawed(emulator: Emulator, report: Report) -> None:
    size, zombies = 20_000, 0
    env = crew.variables(emulator)
    with crew.working(env) as one, crew.working(env) as other:
        alert = crew.start_alert(size)
        for number in range(6):
            wait_until(crew.reached(emulator, alert, (number + 1) * size // 10), crew.PATIENCE)
            frozen = (one, other)[number % 2]
            crew.freeze(frozen)
            held = set(Batch.objects.filter(lease_until__isnull=False).values_list("pk", flat=True))
            time.sleep(crew.LEASE + 1)  # the point is the time
            crew.thaw(frozen)
            zombies += 2 if held else 0
        crew.finish(alert)

    seen = crew.figures(emulator, alert)
    assert zombies
    # What a zombie did last changed no row: else those told twice were counted twice.
    assert crew.recorded(alert) == size
    report(
        size,
        f"{zombies} SIGSTOP past the lease",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
        bound=zombies * crew.IN_FLIGHT,
    )


@pytest.mark.chaos
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_workers_clock_is_wrong(emulator: Emulator, report: Report, hours: int) -> None:
    """Held alerts, batches for later, leases and expiry go by the database's clock."""
    library = crew.find_faketime()
    if not library:
        pytest.skip("no libfaketime here: apt-get install faketime")
    emulator.ask("PUT", "/emulator/faults", {"clock_skew": 7200})  # Google would refuse the token
    env = crew.variables(
        emulator,
        PUSH_LEASE=crew.CALM,
        PUSH_RATE=100_000,  # no waiting: libfaketime breaks time.sleep where time goes back
        LD_PRELOAD=library,
        FAKETIME=f"{hours:+d}h",
        FAKETIME_DONT_FAKE_MONOTONIC=1,
    )
    size = 3_000
    tag = make.tag()
    alert = crew.start_alert(size, tag=tag)
    now = timezone.now()
    later, held, due = (crew.alert_about(make.tag()) for _ in range(3))
    sleeper = make.device(address="phone-of-a-sleeper-0123456789")
    make.follow(sleeper.reader, later.tags.get())
    Alert.objects.filter(pk=held.pk).update(state="held", release_at=now + timedelta(minutes=30))
    Alert.objects.filter(pk=due.pk).update(state="held", release_at=now)
    Batch.objects.filter(alert=later).update(release_at=now + timedelta(minutes=30))

    with crew.working(env):
        crew.finish(alert)
        wait_until(lambda: crew.state_of(due) != Alert.State.HELD)

    assert crew.state_of(held) == Alert.State.HELD
    due.refresh_from_db()
    assert due.planned_at is not None
    assert abs(due.planned_at - now) < timedelta(minutes=5)
    seen = crew.figures(emulator, alert)
    report(size, f"clock {hours:+d} h", lost=size - seen["reached"], duplicates=seen["duplicates"])
