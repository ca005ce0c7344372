"""What became of a chunk is written at once, or not at all."""

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from articles.models.statement import ask
from notifications.dispatch.aside import Aside, Rows
from notifications.dispatch.run import Flight, Run
from notifications.models import Alert, Batch, Device, Failure, Holdback, digest_address
from notifications.quota import get_quota
from notifications.transports.base import Result
from notifications.verdict import Delivery, judge, wanted_pause

logger = logging.getLogger(__name__)

RECORD = """
    UPDATE notifications_batch b SET
        cursor_shard = %(shard)s, cursor_reader = %(reader)s,
        accepted_count = b.accepted_count + %(accepted)s,
        failed_count = b.failed_count + %(failed)s,
        ambiguous_count = b.ambiguous_count + %(ambiguous)s,
        held_back_count = b.held_back_count + %(held_back)s,
        deviceless_count = b.deviceless_count + %(deviceless)s,
        lease_until = clock_timestamp() + %(lease)s::interval
    WHERE b.id = %(batch)s AND b.lease_token = %(token)s
    RETURNING (SELECT a.expires_at - clock_timestamp() FROM notifications_alert a
               WHERE a.id = b.alert_id AND a.state = 'sending')
"""


class LeaseLostError(Exception):
    """Another worker holds the batch now, whose id comes with it; what this one did last is not
    recorded.
    """


class Recorder:
    """Writes down one chunk after the other: the cursor must not pass over one that could not be
    recorded. Most are one UPDATE, which PostgreSQL makes while others are sent.
    """

    def __init__(self) -> None:
        self.aside = Aside()
        self.flight: Flight | None = None
        """What is being recorded."""

    def begin(self, flight: Flight) -> None:
        """Raises LeaseLostError, or leaves that to `finish`."""
        self.flight = flight
        if flight.is_one_update:
            self.aside.ask(RECORD, values_of(flight, []), at_once=1)
        else:
            record(flight)

    def is_ready(self) -> bool:
        return self.aside.is_ready()

    def finish(self, flight: Flight) -> None:
        """Wait until it is written. Raises LeaseLostError."""
        self.flight = None
        if flight.is_one_update:
            rows = self.aside.take()
            self.aside.take()  # nothing, or what went wrong as it was committed
            learn(flight.run, rows)

    def close(self) -> None:
        self.aside.close()


def record(flight: Flight) -> None:
    """Write what became of a chunk and move the cursor past it.

    Raises LeaseLostError where the fencing token is no longer ours; nothing is written then.
    """
    run = flight.run
    waits = [delivery.next_try() for delivery in flight.unsent]
    verdict = judge(flight.unsent, len(flight.messages), is_canary=run.is_canary)
    with transaction.atomic():
        learn(run, ask(RECORD, values_of(flight, waits)))
        Failure.objects.filter(pk__in=[failure.pk for failure in flight.retried]).delete()
        keep_failures(run, flight.unsent, waits)
        keep_held_back(flight)
        if verdict:
            stop(run, verdict[0].value, verdict[1])
        else:
            give_up(flight.unsent)
    pause = wanted_pause(flight.unsent, len(flight.messages))
    if pause:
        length = get_quota().pause(pause.wish, pause.first, is_overload=pause.is_overload)
        logger.warning("all workers pause", extra={"seconds": length.total_seconds()})
    if verdict or pause:
        run.leave.may_go_on = False
    elif run.is_canary:
        prove(run)


def values_of(flight: Flight, waits: Sequence[timedelta | None]) -> dict[str, Any]:
    results = Counter(delivery.outcome.result for delivery in flight.unsent)
    left = 0
    if flight.retried:
        tried = {message.device_id for message in flight.messages}
        left = sum(failure.device_id not in tried for failure in flight.retried)
    return {
        "shard": flight.cursor[0],
        "reader": flight.cursor[1],
        "accepted": len(flight.messages) - len(flight.unsent),
        "failed": sum(wait is None for wait in waits) + left,
        "ambiguous": results[Result.AMBIGUOUS],
        "held_back": sum(len(places) for places in flight.held_back.values()),
        "deviceless": flight.deviceless,
        "lease": timedelta(seconds=settings.PUSH_LEASE),
        "batch": flight.run.batch.pk,
        "token": flight.run.batch.lease_token,
    }


def learn(run: Run, rows: Rows) -> None:
    """How long the alert may still be sent, which saves the next chunk from asking; and whether the
    batch is still ours.
    """
    if not rows:
        raise LeaseLostError(run.batch.pk)
    run.leave.learn(rows[0][0])


def keep_failures(run: Run, unsent: Sequence[Delivery], waits: Sequence[timedelta | None]) -> None:
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
        for delivery, wait in zip(unsent, waits, strict=True)
    )


def keep_held_back(flight: Flight) -> None:
    Holdback.objects.bulk_create(
        Holdback(
            batch=flight.run.batch,
            reason=reason,
            first_shard=places[0][0],
            last_shard=places[-1][0],
            reader_ids=[reader_id for _, reader_id in places],
        )
        for reason, places in flight.held_back.items()
    )


def give_up(unsent: Sequence[Delivery]) -> None:
    """Mark devices gone on the provider's word, unless they have a new address by now."""
    used: dict[str, list[tuple[UUID, bytes]]] = defaultdict(list)
    for message, outcome in ((each.message, each.outcome) for each in unsent):
        if outcome.result is Result.GONE:
            address = message.device_id, digest_address(message.address)
            used[outcome.code[:40]].append(address)
    for code, addresses in used.items():
        Device.objects.mark_gone(addresses, code)


def stop(run: Run, state: str, reason: str) -> None:
    """Stop the alert. No device is given up on such a day: its address may be fine."""
    going = Alert.objects.filter(pk=run.alert.pk, state=Alert.State.SENDING)
    going.update(state=state, stop_reason=reason)
    if state == Alert.State.FAILED:
        run.alert.batches.unfinished().update(state=Batch.State.CANCELLED)
    logger.error("alert stopped", extra={"alert": str(run.alert.pk), "reason": reason})


def prove(run: Run) -> None:
    """The first messages arrived well: all batches may go."""
    Alert.objects.filter(pk=run.alert.pk, proved_at=None).update(proved_at=Now())
