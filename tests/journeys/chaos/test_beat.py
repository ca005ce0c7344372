"""Beat is dead: workers that send ask for the sweep themselves."""

import pytest
from pytest_django.fixtures import Settings

from notifications.models import Alert
from notifications.quota import get_quota
from tests import make
from tests.journeys.chaos import crew
from tests.journeys.chaos.conftest import Report
from tests.processes import Emulator, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.chaos
def test_nobody_beats(emulator: Emulator, report: Report, settings: Settings) -> None:
    """What only a sweep finds: a new alert, one whose hold ends, retries, a dead worker's batch."""
    size = 10_000
    tag, other = make.tag(), make.tag()
    phone = make.device(address="phone-that-is-told-later-0123456789")
    make.follow(phone.reader, other)
    busy = make.device(address="phone-that-is-busy-0123456789")
    make.follow(busy.reader, tag)
    emulator.fail({busy.address: {"fault": "INTERNAL", "times": 1}})
    with crew.working(crew.variables(emulator)) as worker:
        alert = crew.start_alert(size, tag=tag)
        settings.ALERT_HOLD = 3
        held = crew.alert_about(other)
        assert held.state == Alert.State.HELD
        wait_until(crew.reached(emulator, alert, 100))
        kills = crew.kill_child(worker)
        crew.finish(alert)
        crew.finish(held)

    seen, later = crew.figures(emulator, alert), crew.figures(emulator, held)
    assert later["accepted"] == 1
    report(
        size + 2,
        f"no beat, {kills} kill -9, a hold, a retry",
        lost=size + 2 - seen["reached"] - later["reached"],
        duplicates=seen["duplicates"],
        bound=kills * crew.IN_FLIGHT,
    )


def test_no_worker_sweeps_where_somebody_does() -> None:
    """Beat's sweeps are enough: the workers' own would only add to them."""
    assert get_quota().begin_sweep(30)
    assert not get_quota().begin_sweep(30, is_late=True)
