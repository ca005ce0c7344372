"""PostgreSQL restarts at once, drops its connections, and has a clock that jumps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from notifications import tasks
from tests.journeys.chaos import crew
from tests.journeys.chaos.conftest import Report
from tests.journeys.chaos.servers import Server, own_database
from tests.processes import Emulator, wait_until

WORKERS = 2
LONG = pytest.mark.chaos
DROP = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'worker'
"""


def drop_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(DROP)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("size", "every", "most"),
    [(2_000, 0.4, 2), pytest.param(20_000, 2, 8, marks=LONG)],
    ids=["short", "long"],
)
def test_connections_are_dropped_in_mid_chunk(
    emulator: Emulator, report: Report, size: int, every: float, most: int
) -> None:
    with crew.working(crew.variables(emulator, PGAPPNAME="worker"), size=WORKERS):
        alert = crew.start_alert(size)
        wait_until(crew.reached(emulator, alert, 200))
        drops = crew.meanwhile(alert, drop_connections, every, most)
        crew.finish(alert)

    seen = crew.figures(emulator, alert)
    assert drops
    assert crew.recorded(alert) == size
    report(
        size,
        f"{drops} times all connections dropped",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
        bound=drops * WORKERS * crew.IN_FLIGHT,
    )


@dataclass
class Clocked:
    server: Server
    clock: Path
    """What libfaketime adds to the server's clock stands in it."""


@pytest.fixture(scope="module")
def own(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
    django_db_setup: None,  # noqa: ARG001 - the suite's database is made before we leave it
) -> Iterator[Clocked]:
    """A server of our own."""
    folder = tmp_path_factory.mktemp("postgres")
    clock = folder / "clock"
    clock.write_text("+0")
    variables = {}
    if library := crew.find_faketime():
        variables = {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
    with django_db_blocker.unblock(), own_database(folder, variables) as server:
        yield Clocked(server, clock)


@pytest.mark.chaos
@pytest.mark.timeout(280)
def test_restarts_at_once(emulator: Emulator, report: Report, own: Clocked) -> None:
    size, restarts = 15_000, 0
    with crew.working(crew.variables(emulator), size=WORKERS):
        alert = crew.start_alert(size)
        for share in (0.1, 0.3, 0.5):
            wait_until(crew.reached(emulator, alert, int(share * size)))
            own.server.stop_at_once()
            own.server.start()
            restarts += 1
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's
        crew.finish(alert)

    seen = crew.figures(emulator, alert)
    report(
        size,
        f"{restarts} immediate restarts",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
        bound=restarts * WORKERS * crew.IN_FLIGHT,
    )


@pytest.mark.chaos
@pytest.mark.timeout(280)
def test_its_clock_jumps_an_hour_ahead(emulator: Emulator, report: Report, own: Clocked) -> None:
    """All leases are over at once, and their holders find out when they record."""
    if not crew.find_faketime():
        pytest.skip("no libfaketime here: apt-get install faketime")
    size, steps = 10_000, 0
    with crew.working(crew.variables(emulator, PUSH_LEASE=crew.CALM), size=WORKERS):
        alert = crew.start_alert(size)
        for share, ahead in ((0.2, "+1h"), (0.5, "+2h")):
            wait_until(crew.reached(emulator, alert, int(share * size)))
            own.clock.write_text(ahead)
            steps += 1
        crew.finish(alert)

    assert tasks.read_clock() - timezone.now() > timedelta(minutes=90)
    seen = crew.figures(emulator, alert)
    assert crew.recorded(alert) == size
    report(
        size,
        f"database clock +1 h, {steps} times",
        lost=size - seen["reached"],
        duplicates=seen["duplicates"],
        bound=steps * WORKERS * crew.IN_FLIGHT,
    )
