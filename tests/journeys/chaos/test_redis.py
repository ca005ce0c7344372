"""Redis is flushed, away, or delivers everything three times."""

import time
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings

from tests.journeys.chaos import crew
from tests.journeys.chaos.conftest import Report
from tests.journeys.chaos.servers import own_broker
from tests.processes import Emulator, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LONG = pytest.mark.chaos


@pytest.mark.parametrize("size", [2_000, pytest.param(10_000, marks=LONG)], ids=["short", "long"])
def test_flushed_again_and_again(emulator: Emulator, report: Report, size: int) -> None:
    broker = redis.Redis.from_url(settings.REDIS_URL)
    with crew.working(crew.variables(emulator, PUSH_LEASE=crew.CALM)):
        alert = crew.start_alert(size)
        flushes = crew.meanwhile(alert, broker.flushdb, 0.5)  # all that we have
        crew.finish(alert)

    seen = crew.figures(emulator, alert)
    report(
        size,
        f"{flushes} flushes",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
    )


@pytest.mark.chaos
def test_each_message_is_delivered_three_times(emulator: Emulator, report: Report) -> None:
    """What is under way and not acknowledged is put back, as after the visibility timeout."""
    size = 10_000
    broker: Any = redis.Redis.from_url(settings.REDIS_URL)
    known: set[bytes] = set()

    def deliver_again() -> None:
        for mark, payload in broker.hgetall("unacked").items():
            if mark not in known:
                known.add(mark)
                message = payload[payload.index(b"[") + 1 : payload.rindex(b', "')]
                broker.rpush("push", *[message.rpartition(b', "')[0]] * 2)

    with crew.working(crew.variables(emulator, PUSH_LEASE=crew.CALM), size=3):
        alert = crew.start_alert(size)
        crew.meanwhile(alert, deliver_again, 0.02, most=100_000)
        crew.finish(alert)

    seen = crew.figures(emulator, alert)
    assert known
    report(
        size,
        f"{len(known)} messages delivered 3 times",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
    )


@pytest.mark.chaos
@pytest.mark.timeout(300)
def test_away_for_a_minute(emulator: Emulator, report: Report, tmp_path: Path) -> None:
    """Each worker keeps to its share, and what is left goes out when Redis is back."""
    size, rate, workers, away = 15_000, 600, 2, 60
    with own_broker(tmp_path) as broker:
        env = crew.variables(
            emulator,
            REDIS_URL=broker.url,
            PUSH_RATE=rate,
            PUSH_WORKERS=workers,
            PUSH_LEASE=crew.CALM,
        )
        with crew.working(env, size=workers):
            alert = crew.start_alert(size, per_batch=size // workers)  # long turns
            wait_until(crew.reached(emulator, alert, 500))
            broker.stop()
            before, began = emulator.counts()["calls"], time.monotonic()
            fastest = 0.0
            while (gone := time.monotonic() - began) < away:
                time.sleep(0.5)
                calls = emulator.counts()["calls"] - before - workers * crew.IN_FLIGHT
                fastest = max(fastest, calls / (gone + 0.5))
            while_away = emulator.counts()["calls"] - before
            broker.start()
            crew.finish(alert)

    assert while_away
    assert fastest <= rate * 1.02
    seen = crew.figures(emulator, alert)
    report(
        size,
        f"Redis away {away} s, {while_away} sent, at most {fastest:.0f}/s of {rate}",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
    )
