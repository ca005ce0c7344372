from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from articles.models import Follow, Tag
from notifications import alerts, dispatch, releasing
from notifications.models import Alert, Batch, Device, Failure
from notifications.transports.base import ACCEPTED, Message, Outcome, Result
from notifications.transports.memory import MemoryTransport
from tests import make

pytestmark = pytest.mark.django_db

TRANSPORT = MemoryTransport()
DEAD = Outcome(result=Result.GONE, code="UNREGISTERED")
BUSY = Outcome(result=Result.RETRY, code="INTERNAL")


def plan(*tags: Tag, **facts: Any) -> Alert:
    now = timezone.now()
    article = make.article(tags=list(tags), published_at=now, **facts)
    alerts.plan_alerts([make.story_of(article).pk], now)
    return Alert.objects.get(story=article.story)


def run_all(alert: Alert) -> None:
    for batch in alert.batches.order_by("pk"):
        while dispatch.run_batch(batch.pk, TRANSPORT):
            pass
    alert.refresh_from_db()


def addresses() -> list[str]:
    return sorted(message.address for message in MemoryTransport.outbox)


def follower(tag: Tag, address: str, level: Follow.Level = Follow.Level.ALL) -> Device:
    reader = make.reader()
    make.follow(reader, tag, level)
    return make.device(reader, address)


def make_due(alert: Alert) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Failure.objects.filter(next_try_at__isnull=False).update(next_try_at=past)
    Batch.objects.filter(alert=alert, next_try_at__isnull=False).update(next_try_at=past)


def test_followers_are_told_once_and_the_alert_is_sent() -> None:
    tag = make.tag()
    for name in ("one", "two"):
        follower(tag, f"address-{name}")

    alert = plan(tag)
    run_all(alert)
    run_all(alert)

    assert addresses() == ["address-one", "address-two"]
    assert alert.state == Alert.State.SENT
    assert alert.batches.get().accepted_count == 2


def test_five_tags_and_two_devices_are_one_push_on_each_device() -> None:
    tags = [make.tag() for _ in range(5)]
    reader = make.reader()
    for tag in tags:
        make.follow(reader, tag)
    for name in ("phone", "tablet"):
        make.device(reader, f"address-{name}")

    run_all(plan(*tags))

    assert addresses() == ["address-phone", "address-tablet"]


def test_mute_wins_over_every_other_follow() -> None:
    loud, muted = make.tag(), make.tag()
    reader = make.reader()
    make.follow(reader, loud)
    make.follow(reader, muted, Follow.Level.MUTE)
    make.device(reader)

    run_all(plan(loud, muted))

    assert addresses() == []


@pytest.mark.parametrize("level", [Follow.Level.TOP, Follow.Level.DIGEST])
def test_other_levels_do_not_hear_every_story(level: Follow.Level) -> None:
    tag = make.tag()
    follower(tag, "address-of-top", level)

    run_all(plan(tag))

    assert addresses() == []


def test_who_followed_after_planning_or_ended_before_is_not_told() -> None:
    tag = make.tag()
    late, ended = follower(tag, "address-late"), follower(tag, "address-ended")
    Follow.objects.filter(reader=late.reader).update(
        followed_at=timezone.now() + timedelta(minutes=1)
    )
    Follow.objects.filter(reader=ended.reader).update(ended_at=timezone.now())

    run_all(plan(tag))

    assert addresses() == []


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_chunks_of_any_size_reach_everybody_once(settings: Settings, size: int) -> None:
    settings.PUSH_IN_FLIGHT = 4 * size
    tag = make.tag()
    readers = [make.reader() for _ in range(7)]
    for number, reader in enumerate(readers):
        make.follow(reader, tag)
        for device in range(number % 4):
            make.device(reader, f"address-{number}-{device}")

    run_all(plan(tag))

    assert addresses() == sorted(f"address-{n}-{d}" for n in range(7) for d in range(n % 4))


def test_messages_count_as_under_way_until_their_chunk_is_recorded(settings: Settings) -> None:
    """A kill repeats what is not recorded: one slow answer must not let that grow."""
    settings.PUSH_IN_FLIGHT = 8
    tag = make.tag()
    for number in range(40):
        follower(tag, f"address-number-{number}")
    read_before_answer: list[Message] = []

    class SlowTransport(MemoryTransport):
        def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
            """The first message is answered once no others are given."""
            source = iter(messages)
            slow = next(source)
            assert slow
            for message in source:
                if message is None:
                    break
                read_before_answer.append(message)
                yield message, ACCEPTED
            yield slow, ACCEPTED
            yield from super().send(source)

    dispatch.run_batch(plan(tag).batches.get().pk, SlowTransport())

    assert len(read_before_answer) == 7


def test_a_chunk_costs_a_constant_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    tag = make.tag()
    for number in range(40):
        follower(tag, f"address-number-{number}")
    alert = plan(tag)

    with django_assert_num_queries(17):  # 5 to take the batch, 5 for the chunk, 7 to go on and end
        run_all(alert)

    assert len(addresses()) == 40


def test_a_dead_address_is_given_up_and_counted() -> None:
    tag = make.tag()
    device = follower(tag, "address-dead")
    MemoryTransport.answers["address-dead"] = DEAD

    alert = plan(tag)
    run_all(alert)

    device.refresh_from_db()
    assert (device.state, device.gone_reason) == (Device.State.GONE, "UNREGISTERED")
    assert alert.batches.get().failed_count == 1
    assert alert.state == Alert.State.SENT


def test_an_address_that_changed_meanwhile_is_not_given_up() -> None:
    tag = make.tag()
    device = follower(tag, "address-old")

    class ChangingTransport(MemoryTransport):
        def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
            for message in filter(None, messages):
                changed = Device.objects.get(pk=device.pk)
                changed.address = "address-new"
                changed.save()
                yield message, DEAD

    alert = plan(tag)
    dispatch.run_batch(alert.batches.get().pk, ChangingTransport())

    device.refresh_from_db()
    assert (device.state, device.address) == (Device.State.ACTIVE, "address-new")


def test_a_failure_is_tried_again_and_leaves_no_row_when_it_arrives() -> None:
    tag = make.tag()
    follower(tag, "address-busy")
    MemoryTransport.answers["address-busy"] = BUSY
    alert = plan(tag)
    run_all(alert)
    assert alert.batches.get().state == Batch.State.RETRYING

    MemoryTransport.answers.clear()
    make_due(alert)
    run_all(alert)

    assert addresses() == ["address-busy"]
    assert not Failure.objects.exists()
    assert alert.state == Alert.State.SENT


@pytest.mark.parametrize(
    ("outcome", "tries"), [(BUSY, 5), (Outcome(result=Result.AMBIGUOUS, code="timeout"), 2)]
)
def test_tries_are_limited(outcome: Outcome, tries: int) -> None:
    tag = make.tag()
    follower(tag, "address-busy")
    MemoryTransport.answers["address-busy"] = outcome
    alert = plan(tag)

    for _ in range(7):
        run_all(alert)
        make_due(alert)

    [failure] = Failure.objects.all()
    assert failure.tries == tries
    assert alert.state == Alert.State.SENT


@pytest.mark.parametrize(
    ("result", "state"),
    [(Result.REJECTED, Alert.State.FAILED), (Result.FORBIDDEN, Alert.State.PAUSED)],
)
def test_what_is_wrong_with_us_stops_the_alert_and_costs_no_device(
    settings: Settings, result: Result, state: Alert.State
) -> None:
    settings.PUSH_IN_FLIGHT = 1
    tag = make.tag()
    devices = [follower(tag, f"address-of-{n}") for n in range(3)]
    MemoryTransport.answers.update(
        {device.address: Outcome(result=result, code="CODE") for device in devices}
    )

    alert = plan(tag)
    run_all(alert)

    assert alert.state == state
    assert "CODE" in alert.stop_reason
    assert Failure.objects.count() == 1
    assert Device.objects.live().count() == 3


def test_a_paused_alert_goes_on_where_it_stopped(settings: Settings) -> None:
    settings.PUSH_IN_FLIGHT = 1
    tag = make.tag()
    devices = [follower(tag, f"address-of-{n}") for n in range(4)]
    first = min(devices, key=lambda d: (d.shard, d.reader_id)) if devices[0].shard else devices[0]
    MemoryTransport.answers[first.address] = Outcome(result=Result.FORBIDDEN, code="CODE")
    alert = plan(tag)
    run_all(alert)

    MemoryTransport.answers.clear()
    Alert.objects.filter(pk=alert.pk).update(state=Alert.State.SENDING)
    make_due(alert)
    run_all(alert)
    run_all(alert)

    assert addresses() == sorted(device.address for device in devices)


def test_many_dead_addresses_in_one_chunk_are_not_believed() -> None:
    tag = make.tag()
    devices = [follower(tag, f"address-of-{n}") for n in range(30)]
    for device in devices[:10]:
        MemoryTransport.answers[device.address] = DEAD

    alert = plan(tag)
    run_all(alert)

    assert alert.state == Alert.State.PAUSED
    assert alert.stop_reason == "10 of 30 addresses are called dead"
    assert Device.objects.live().count() == 30


def test_an_expired_alert_sends_nothing() -> None:
    tag = make.tag()
    follower(tag, "address-of-somebody")
    alert = plan(tag)
    Alert.objects.filter(pk=alert.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    run_all(alert)
    runnable = releasing.find_runnable()

    assert addresses() == []
    assert runnable == []
    alert.refresh_from_db()
    assert alert.state == Alert.State.EXPIRED
    assert alert.batches.get().state == Batch.State.EXPIRED


def test_a_worker_that_slept_over_its_lease_changes_nothing() -> None:
    tag = make.tag()
    follower(tag, "address-of-somebody")
    alert = plan(tag)
    batch = alert.batches.get()

    class SleepyTransport(MemoryTransport):
        def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
            Batch.objects.filter(pk=batch.pk).update(lease_token=99)
            yield from super().send(messages)

    dispatch.run_batch(batch.pk, SleepyTransport())

    batch.refresh_from_db()
    assert (batch.accepted_count, batch.cursor_reader) == (0, UUID(int=0))


def test_a_batch_under_lease_is_nobody_elses() -> None:
    tag = make.tag()
    follower(tag, "address-of-somebody")
    batch = plan(tag).batches.get()

    first = Batch.objects.claim(batch.pk, timedelta(seconds=60))
    second = Batch.objects.claim(batch.pk, timedelta(seconds=60))

    assert first
    assert (first.lease_token, second) == (1, None)


def test_the_daily_cap_holds_the_rest_back_and_a_retry_counts_once() -> None:
    tag = make.tag()
    reader = make.reader()
    make.preference(reader, cap=1)
    make.follow(reader, tag)
    make.device(reader, "address-capped")

    first, second = plan(tag), plan(tag)
    run_all(first)
    run_all(second)

    assert [message.notice.alert_id for message in MemoryTransport.outbox] == [first.pk]
    assert second.batches.get().held_back_count == 1


def test_a_pause_of_the_provider_stops_every_batch() -> None:
    tag = make.tag()
    follower(tag, "address-of-somebody")
    slow = Outcome(
        result=Result.RETRY,
        code="QUOTA_EXCEEDED",
        retry_after=timedelta(seconds=30),
        slows_all=True,
    )
    MemoryTransport.answers["address-of-somebody"] = slow
    run_all(plan(tag))
    other = plan(tag)

    run_all(other)

    assert other.batches.get().lease_token == 0
