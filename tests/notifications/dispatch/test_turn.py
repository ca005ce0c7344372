"""As in a worker: outside of a transaction, with connections beside the sending."""

import time
from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from articles.pace import connect
from notifications import dispatch, releasing
from notifications.dispatch import turn
from notifications.models import Alert, Batch, Device, Failure
from notifications.quota import get_quota
from notifications.transports.base import Message, Outcome, Result
from notifications.transports.memory import MemoryTransport
from tests import make
from tests.told import follower, plan, run_all, told

pytestmark = pytest.mark.django_db(transaction=True)

BUSY = Outcome(result=Result.RETRY, code="INTERNAL")
EVERYONE = [f"phone-number-{number:03d}" for number in range(40)]


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
    assert told() == [each for each in EVERYONE if each != "phone-number-007"]
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


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of one alert to 40 phones."""
    monkeypatch.setattr(releasing, "READERS_PER_BATCH", 10)
    found = make_followers(40).batches.order_by("pk").values_list("pk", flat=True)
    assert len(found) >= 3
    return list(found)


@pytest.mark.parametrize("in_flight", [4, 1000])
def test_one_turn_tells_all_batches_of_an_alert(
    settings: Settings, batches: list[int], in_flight: int
) -> None:
    settings.PUSH_IN_FLIGHT = in_flight

    assert dispatch.run_batch(batches[0], MemoryTransport()) == []

    assert told() == EVERYONE
    assert {batch.state for batch in Batch.objects.all()} == {Batch.State.DONE}
    assert Alert.objects.get().state == Alert.State.SENT


def test_a_batch_that_another_worker_holds_is_left_to_it(batches: list[int]) -> None:
    held = Batch.objects.claim(batches[1], timedelta(minutes=1))
    assert held

    dispatch.run_batch(batches[0], MemoryTransport())

    left = Batch.objects.unfinished().get()
    assert (left.pk, left.lease_token, left.accepted_count) == (batches[1], held.lease_token, 0)
    assert Alert.objects.get().state == Alert.State.SENDING


@pytest.mark.parametrize("killed_after", range(1, 40, 3))
def test_a_kill_repeats_no_more_where_batches_meet(
    settings: Settings, batches: list[int], killed_after: int
) -> None:
    settings.PUSH_IN_FLIGHT = 8

    class DyingTransport(MemoryTransport):
        """Ends with its process, after some messages."""

        def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
            for number, result in enumerate(super().send(messages)):
                if number == killed_after:
                    raise SystemExit
                yield result

    with pytest.raises(SystemExit):
        dispatch.run_batch(batches[0], DyingTransport())
    recorded = sum(batch.accepted_count for batch in Batch.objects.all())
    assert len(told()) - recorded <= settings.PUSH_IN_FLIGHT
    Batch.objects.update(lease_until=None)
    for batch_id in batches:
        dispatch.run_batch(batch_id, MemoryTransport())

    assert sorted(set(told())) == EVERYONE
    assert len(told()) <= len(EVERYONE) + settings.PUSH_IN_FLIGHT


def test_the_next_batch_is_taken_with_the_last_messages_of_this_one(
    settings: Settings, batches: list[int]
) -> None:
    """Or its lease might end before anything of it is recorded, and another worker tell it too."""
    settings.PUSH_IN_FLIGHT = 4
    taken: list[bool] = []

    class LookingTransport(MemoryTransport):
        def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
            for result in super().send(messages):
                taken.append(Batch.objects.get(pk=batches[1]).lease_token > 0)
                yield result

    dispatch.run_batch(batches[0], LookingTransport())

    size = Batch.objects.get(pk=batches[0]).accepted_count
    assert size - settings.PUSH_IN_FLIGHT <= taken.index(True) <= size


def test_when_the_time_is_over_the_batch_is_let_go(
    settings: Settings, batches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PUSH_IN_FLIGHT = 4
    monkeypatch.setattr(turn, "SLICE", 0.2)

    class SlowTransport(MemoryTransport):
        def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
            for result in super().send(messages):
                time.sleep(0.05)
                yield result

    wanting = dispatch.run_batch(batches[0], SlowTransport())

    assert wanting == batches[:1]
    assert 0 < len(told()) < 10
    assert not Batch.objects.exclude(lease_until=None).exists()
