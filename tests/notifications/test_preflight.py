from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import probe
from notifications.models import Alert, Device
from notifications.preflight import send_test
from notifications.transports.base import Outcome, Result
from notifications.transports.memory import MemoryTransport
from tests import make
from tests.told import follower, plan, run_all, told

pytestmark = pytest.mark.django_db

REFUSED = Outcome(result=Result.REJECTED, code="INVALID_ARGUMENT")
FORBIDDEN = Outcome(result=Result.FORBIDDEN, code="PERMISSION_DENIED")
DEAD = Outcome(result=Result.GONE, code="UNREGISTERED")


def take_to_desk(address: str) -> Device:
    return make.device(address=address, is_desk=True)


@pytest.mark.parametrize(
    ("answer", "state", "reached"),
    [(REFUSED, "failed", 0), (FORBIDDEN, "paused", 0), (DEAD, "sent", 1)],
)
def test_what_the_provider_refuses_for_the_desk_reaches_nobody(
    answer: Outcome, state: str, reached: int
) -> None:
    tag = make.tag()
    follower(tag, "phone-of-a-reader")
    take_to_desk("phone-of-the-desk")
    MemoryTransport.answers["phone-of-the-desk"] = answer

    alert = plan(tag)
    run_all(alert)

    assert (alert.state, len(told())) == (state, reached)


def test_a_test_goes_to_the_desk_alone_and_counts_for_nobody() -> None:
    tag = make.tag()
    follower(tag, "phone-of-a-reader")
    desk = take_to_desk("phone-of-the-desk")
    alert = Alert.objects.create(
        title="A draft",
        link="https://daily8.example/1",
        published_at=make.NOON,
        expires_at=timezone.now() + timedelta(hours=1),
    )

    [(device, outcome)] = send_test(alert, [desk], MemoryTransport())

    assert (device, outcome.result) == (desk, Result.ACCEPTED)
    assert told() == ["phone-of-the-desk"]
    assert not alert.batches.exists()


def test_a_probe_tells_the_desk_and_leaves_its_age() -> None:
    now = timezone.now()
    assert probe.age_of_probe(now) is None
    take_to_desk("phone-of-the-desk")

    probe.send_probe(MemoryTransport(), now)

    assert told() == ["phone-of-the-desk"]
    assert probe.age_of_probe(now + timedelta(minutes=5)) == timedelta(minutes=5)


def test_a_probe_that_nobody_takes_leaves_no_mark() -> None:
    take_to_desk("phone-of-the-desk")
    MemoryTransport.answers["phone-of-the-desk"] = FORBIDDEN

    probe.send_probe(MemoryTransport(), timezone.now())

    assert probe.age_of_probe(timezone.now()) is None
