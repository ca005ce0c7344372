"""Verb: send a batch, chunk by chunk, so that a kill at any moment loses nobody and repeats at
most the chunk that was in the air.

The cursor moves after the outcomes, in one UPDATE that only the holder of the fencing token can
make. PostgreSQL is the truth and its clock the only one; Celery carries batch ids, Redis the pace.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Min
from django.db.models.functions import Now

from notifications.audience import Audience, Listener, audience_of, read_chunk
from notifications.models import Alert, Batch, Device, Failure, Preference, digest_address
from notifications.models.alert import Variant
from notifications.quota import get_quota
from notifications.transports.base import Message, Notice, Result, Transport
from notifications.verdict import Delivery, judge, wanted_pause

logger = logging.getLogger(__name__)

SLICE = 20  # seconds of work on one batch before others get their turn
LONGEST_NAP = 1  # seconds to wait for permits while holding a lease

RECORD = """
    UPDATE notifications_batch b SET
        cursor_shard = %(shard)s, cursor_reader = %(reader)s,
        accepted_count = b.accepted_count + %(accepted)s,
        failed_count = b.failed_count + %(failed)s,
        ambiguous_count = b.ambiguous_count + %(ambiguous)s,
        capped_count = b.capped_count + %(capped)s,
        lease_until = clock_timestamp() + %(lease)s
    WHERE b.id = %(batch)s AND b.lease_token = %(token)s
"""


class LeaseLostError(Exception):
    """Another worker holds the batch now; what this one did last is not recorded."""


@dataclass
class Run:
    """One worker's hold on one batch."""

    batch: Batch
    alert: Alert
    audience: Audience
    token: int
    transport: Transport
    may_go_on: bool = True

    def notice(self, variant: Variant, time_left: timedelta) -> Notice:
        alert = self.alert
        return Notice(
            alert_id=alert.pk,
            story_id=alert.story_id,
            kind=alert.kind,
            language=variant.language,
            title=variant.title,
            body=variant.body,
            image_url=variant.image_url,
            link=variant.link,
            tags=(),
            is_breaking=alert.is_breaking,
            expires_at=alert.expires_at,
            time_to_live=time_left,
            replaces=(alert.story_id or alert.pk).hex,
        )


def run_batch(batch_id: int, transport: Transport) -> bool:
    """Send for a while; True where the batch wants another turn at once.

    Does nothing where another worker holds the batch, or there is nothing to do.
    """
    if get_quota().take(0) > LONGEST_NAP:
        return False  # a pause: the sweep asks again
    token = Batch.objects.claim(batch_id, timedelta(seconds=settings.PUSH_LEASE))
    if token is None:
        return False
    batch = Batch.objects.select_related("alert__story").get(pk=batch_id)
    audience = audience_of(batch.alert)
    run = Run(batch=batch, alert=batch.alert, audience=audience, token=token, transport=transport)
    step = tell_next if batch.state == Batch.State.PENDING else retry_next
    end = time.monotonic() + SLICE
    try:
        while run.may_go_on and time.monotonic() < end:
            if not step(run):
                finish(run)
                return False
    except LeaseLostError:
        logger.warning("lease lost", extra={"batch": batch_id, "alert": str(batch.alert_id)})
        return False
    release(run)
    return run.may_go_on


def tell_next(run: Run) -> bool:
    """Tell the next chunk of the audience; False when nobody is left."""
    batch = run.batch
    chunk = read_chunk(
        run.audience,
        profiles=batch.quiet_profiles,
        last_shard=batch.last_shard,
        cursor=(batch.cursor_shard, batch.cursor_reader),
        limit=settings.PUSH_CHUNK,
    )
    listeners = drop_capped(run, chunk.listeners)
    readers = [len({each.reader_id for each in group}) for group in (chunk.listeners, listeners)]
    deliveries = send(run, listeners, tries={})
    if deliveries is None:
        return True
    record(run, deliveries, chunk.cursor, capped=readers[0] - readers[1])
    return not (chunk.is_last and run.may_go_on)


def retry_next(run: Run) -> bool:
    """Try the next due failures again, at the devices' present addresses; False if none is due."""
    due = Failure.objects.filter(batch=run.batch, next_try_at__lte=Now()).select_related("device")
    failures = list(due.order_by("next_try_at", "pk")[: settings.PUSH_CHUNK])
    if not failures:
        return False
    tries = {failure.device_id: failure.tries for failure in failures}
    devices = [f.device for f in failures if f.device.state == Device.State.ACTIVE]
    spoken = read_languages(device.reader_id for device in devices)
    listeners = [
        Listener(
            shard=device.shard,
            reader_id=device.reader_id,
            device_id=device.pk,
            address_kind=device.address_kind,
            address=device.address,
            daily_cap=0,
            zone=device.zone,
            languages=[*spoken[device.reader_id], device.language()],
        )
        for device in devices
    ]
    deliveries = send(run, listeners, tries)
    if deliveries is not None:
        cursor = (run.batch.cursor_shard, run.batch.cursor_reader)
        record(run, deliveries, cursor, retried=failures)
    return True


def read_languages(reader_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    spoken = Preference.objects.filter(reader__in=set(reader_ids))
    return dict(spoken.values_list("reader_id", "languages"))


def drop_capped(run: Run, listeners: list[Listener]) -> list[Listener]:
    """Without the readers who have had their alerts of the day, by the day of their own zone."""
    told_at = max(run.audience.planned_at, run.batch.release_at)
    capped = {each.reader_id: each for each in listeners if each.daily_cap}
    days = [
        (f"{each.reader_id.hex}:{told_at.astimezone(ZoneInfo(each.zone)):%Y-%m-%d}", each.daily_cap)
        for each in capped.values()
    ]
    answers = get_quota().count_against_caps(run.alert.pk, days)
    full = {reader for reader, may_have in zip(capped, answers, strict=True) if not may_have}
    return [each for each in listeners if each.reader_id not in full]


def send(run: Run, listeners: Sequence[Listener], tries: dict[UUID, int]) -> list[Delivery] | None:
    """Every listener with an outcome; None where nothing may be sent now. `tries`: earlier ones."""
    if not wait_for_permits(run, len(listeners)):
        return None
    time_left = ask_time_left(run)
    if time_left is None:
        return None
    variants = [run.alert.told_in(each.languages) for each in listeners]
    notices = {variant: run.notice(variant, time_left) for variant in set(variants)}
    messages = [
        Message(
            notice=notices[variant],
            device_id=each.device_id,
            reader_id=each.reader_id,
            address_kind=each.address_kind,
            address=each.address,
        )
        for each, variant in zip(listeners, variants, strict=True)
    ]
    return [
        Delivery(message, outcome, tries.get(message.device_id, 0) + 1)
        for message, outcome in run.transport.send(messages)
    ]


def wait_for_permits(run: Run, count: int) -> bool:
    """True once `count` messages may go. A long wait is not slept through: it ends the turn."""
    while count and (wait := get_quota().take(count)):
        if wait > LONGEST_NAP:
            run.may_go_on = False
            return False
        time.sleep(wait)
    return True


def ask_time_left(run: Run) -> timedelta | None:
    """Until the alert expires, by the database's clock; None where it may no longer be sent.

    Asked right before each chunk: it is what bounds the messages after a pause or a cancel.
    """
    sendable = Alert.objects.filter(
        pk=run.alert.pk, state=Alert.State.SENDING, expires_at__gt=Now()
    )
    left = sendable.values_list(F("expires_at") - Now(), flat=True).first()
    run.may_go_on = left is not None
    return left


def record(
    run: Run,
    deliveries: list[Delivery],
    cursor: tuple[int, UUID],
    capped: int = 0,
    retried: Iterable[Failure] = (),
) -> None:
    """Write what became of a chunk and move the cursor past it, or nothing at all.

    Raises LeaseLostError where the fencing token is no longer ours.
    """
    counts = Counter(d.outcome.result for d in deliveries)
    unsent = [d for d in deliveries if d.outcome.result is not Result.ACCEPTED]
    waits = {d.message.device_id: d.next_try() for d in unsent}
    tried = {d.message.device_id for d in deliveries}
    left = [failure for failure in retried if failure.device_id not in tried]
    values: dict[str, Any] = {
        "shard": cursor[0],
        "reader": cursor[1],
        "accepted": counts[Result.ACCEPTED],
        "failed": sum(wait is None for wait in waits.values()) + len(left),
        "ambiguous": counts[Result.AMBIGUOUS],
        "capped": capped,
        "lease": timedelta(seconds=settings.PUSH_LEASE),
        "batch": run.batch.pk,
        "token": run.token,
    }
    verdict = judge(deliveries)
    with transaction.atomic():
        with connection.cursor() as database:
            database.execute(RECORD, values)
            if database.rowcount == 0:
                raise LeaseLostError
        Failure.objects.filter(pk__in=[failure.pk for failure in retried]).delete()
        keep_failures(run, unsent, waits)
        if verdict:
            stop(run, verdict[0].value, verdict[1])
        else:
            give_up(unsent)
    run.batch.cursor_shard, run.batch.cursor_reader = cursor
    pause = wanted_pause(deliveries)
    if pause:
        get_quota().pause(pause)
        logger.warning("all workers pause", extra={"seconds": pause.total_seconds()})
    run.may_go_on = not (verdict or pause)


def keep_failures(run: Run, unsent: list[Delivery], waits: dict[UUID, timedelta | None]) -> None:
    """A row for each address that did not accept; none for those that did."""
    Failure.objects.bulk_create(
        Failure(
            batch=run.batch,
            device_id=delivery.message.device_id,
            address_digest=digest_address(delivery.message.address),
            outcome=delivery.outcome.result.value,
            code=delivery.outcome.code[:40],
            tries=delivery.tries,
            next_try_at=None if wait is None else Now() + wait,
        )
        for delivery in unsent
        for wait in [waits[delivery.message.device_id]]
    )


def give_up(unsent: list[Delivery]) -> None:
    """Mark devices gone on the provider's word, unless they have a new address by now."""
    for delivery in unsent:
        if delivery.outcome.result is Result.GONE:
            message = delivery.message
            used = [(message.device_id, digest_address(message.address))]
            Device.objects.mark_gone(used, delivery.outcome.code[:40])


def stop(run: Run, state: str, reason: str) -> None:
    """Stop the alert. No device is given up on such a day: its address may be fine."""
    going = Alert.objects.filter(pk=run.alert.pk, state=Alert.State.SENDING)
    going.update(state=state, stop_reason=reason)
    if state == Alert.State.FAILED:
        run.alert.batches.unfinished().update(state=Batch.State.CANCELLED)
    logger.error("alert stopped", extra={"alert": str(run.alert.pk), "reason": reason})


def release(run: Run) -> None:
    """Let go of the batch with its cursor kept, so that the next turn repeats nothing."""
    Batch.objects.filter(pk=run.batch.pk, lease_token=run.token).update(lease_until=None)


def finish(run: Run) -> None:
    """The pass is over: wait for the next retry if there is one, else the batch is done.

    The last batch that is done closes the alert.
    """
    waiting = Failure.objects.filter(batch=run.batch, next_try_at__isnull=False)
    next_try_at = waiting.aggregate(at=Min("next_try_at"))["at"]
    state = Batch.State.RETRYING if next_try_at else Batch.State.DONE
    held = Batch.objects.filter(pk=run.batch.pk, lease_token=run.token)
    if not held.update(state=state, next_try_at=next_try_at, lease_until=None):
        return
    run.batch.refresh_from_db()
    counts = {"accepted": run.batch.accepted_count, "failed": run.batch.failed_count}
    facts = {"alert": str(run.alert.pk), "batch": run.batch.pk, "state": state.value, **counts}
    logger.info("batch told", extra=facts)
    unfinished = Batch.objects.filter(alert=run.alert).unfinished()
    sending = Alert.objects.filter(pk=run.alert.pk, state=Alert.State.SENDING)
    if not unfinished.exists():
        sending.update(state=Alert.State.SENT)
