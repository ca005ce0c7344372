"""As in a worker: outside of a transaction, with threads and connections beside the sending."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from articles.pace import connect
from notifications import dispatch
from notifications.models import Alert, Batch, Device, Failure
from notifications.quota import get_quota
from notifications.transports.base import Message, Outcome, Result
from notifications.transports.memory import MemoryTransport
from tests import make
from tests.told import follower, plan, run_all, told

pytestmark = pytest.mark.django_db(transaction=True)

BUSY = Outcome(result=Result.RETRY, code="INTERNAL")


def make_followers(count: int) -> Alert:
    tag = make.tag()
    for number in range(count):
        follower(tag, f"phone-number-{number:03d}")
    return plan(tag)


@pytest.mark.parametrize("in_flight", [1, 4, 10, 1000])
def test_chunks_recorded_beside_the_sending_add_up(settings: Settings, in_flight: int) -> None:
    settings.PUSH_IN_FLIGHT = in_flight
    MemoryTransport.answers["phone-number-007"] = BUSY

    alert = make_followers(40)
    run_all(alert)

    batch = alert.batches.get()
    *_, last = Device.objects.order_by("shard", "reader_id").values_list("reader_id", flat=True)
    assert told() == [f"phone-number-{n:03d}" for n in range(40) if n != 7]
    assert (batch.accepted_count, batch.state) == (39, Batch.State.RETRYING)
    assert batch.cursor_reader == last


def test_nothing_is_recorded_once_the_lease_is_lost(settings: Settings) -> None:
    settings.PUSH_IN_FLIGHT = 8
    batch = make_followers(40).batches.get()

    class LosingTransport(MemoryTransport):
        """Another worker takes the batch after some messages."""

        def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
            for number, result in enumerate(super().send(messages)):
                if number == 20:
                    Batch.objects.filter(pk=batch.pk).update(lease_token=99)
                yield result

    assert dispatch.run_batch(batch.pk, LosingTransport()) == []

    batch.refresh_from_db()
    assert 10 <= batch.accepted_count <= 20
    assert len(told()) <= batch.accepted_count + 2 * settings.PUSH_IN_FLIGHT
    assert batch.lease_token == 99


def test_failures_whose_devices_are_gone_by_now_count_once() -> None:
    MemoryTransport.answers["phone-number-000"] = BUSY
    alert = make_followers(1)
    run_all(alert)
    Device.objects.update(state=Device.State.GONE)
    past = timezone.now() - timedelta(seconds=1)
    Failure.objects.update(next_try_at=past)
    alert.batches.update(next_try_at=past)

    run_all(alert)

    batch = alert.batches.get()
    assert (batch.failed_count, batch.state) == (1, Batch.State.DONE)
    assert not Failure.objects.exists()


def test_permits_are_taken_for_those_who_are_there_and_no_more() -> None:
    run_all(make_followers(3))

    ahead = float(connect().get("push:ahead") or 0) - timezone.now().timestamp()
    assert ahead * get_quota().rate <= 3
