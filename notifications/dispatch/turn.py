"""One worker's turn on one batch: chunks are read and recorded while others are under way, one
after the other.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db.models import Min

from notifications.audience import audience_of
from notifications.dispatch.aside import Aside
from notifications.dispatch.chunks import LONGEST_NAP, read_audience, read_failures
from notifications.dispatch.digest import read_digests
from notifications.dispatch.record import LeaseLostError, record
from notifications.dispatch.run import Flight, Run
from notifications.models import Alert, Batch, Failure
from notifications.preflight import preflight
from notifications.quota import get_quota
from notifications.transports.base import Message, Outcome, Result, Transport
from notifications.verdict import Delivery, is_plain, judge_outcome

logger = logging.getLogger(__name__)

SLICE = 20  # seconds of work on one batch before others get their turn


def run_batch(batch_id: int, transport: Transport) -> list[int]:
    """Send for a while; ids of the batches that want a turn at once.

    Does nothing where another worker holds the batch, or there is nothing to do.
    """
    if get_quota().take(0, is_breaking=True) > LONGEST_NAP:
        return []  # a pause: the sweep asks again
    token = Batch.objects.claim(batch_id, timedelta(seconds=settings.PUSH_LEASE))
    if token is None:
        return []
    batch = Batch.objects.select_related("alert__story").get(pk=batch_id)
    run = Run(batch, audience_of(batch.alert), token, transport)
    try:
        run.may_go_on = preflight(run.alert, transport)
        Turn(run).take()
    except LeaseLostError:
        logger.warning("lease lost", extra={"batch": batch_id, "alert": str(batch.alert_id)})
        return []
    if run.is_read and run.may_go_on:
        finish(run)
    else:
        release(run)
    return find_next(run)


class Turn:
    """The chunks that are under way, the first one first."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.flights: deque[Flight] = deque()
        self.recorder = Aside("recorder")
        self.recording: tuple[Flight, Future[None]] | None = None
        self.under_way = 0
        """Messages whose chunk is not recorded: what a kill now would repeat."""
        self.end = time.monotonic() + SLICE
        self.read_next = choose_reader(run)

    def take(self) -> None:
        """Send until the time is over, nobody is left, or something is in the way."""
        with closing(self.run.pages), closing(self.recorder):
            for message, outcome in self.run.transport.send(self.messages()):
                self.settle(message, outcome)
            while self.flights or self.recording:
                self.record_landed(is_waiting=True)

    def messages(self) -> Iterator[Message | None]:
        """What the transport is fed: one chunk after the other, as long as there is room."""
        run = self.run
        is_canary = run.is_canary
        while run.may_go_on and time.monotonic() < self.end:
            if self.is_full():
                self.record_landed(is_waiting=True)
                if self.is_full():
                    yield None
                continue
            flight = self.read_next(run)
            if flight is None:
                return
            self.start(flight)
            yield from flight.messages
            if is_canary:
                return

    def is_full(self) -> bool:
        room = self.run.in_flight - self.under_way
        return self.under_way > 0 and room < self.run.chunk_size

    def start(self, flight: Flight) -> None:
        self.flights.append(flight)
        self.under_way += len(flight.messages)
        # One with nobody to tell is recorded before the next is read: it may be failures' last.
        self.record_landed(is_waiting=not flight.messages)

    def settle(self, message: Message, outcome: Outcome) -> None:
        flight: Flight = message.ticket
        if outcome.result is Result.ACCEPTED:
            flight.accepted += 1
        else:
            tries = flight.tries.get(message.device_id, 0) + 1
            flight.unsent.append(Delivery(message, outcome, tries))
            if judge_outcome(outcome) or is_plain(outcome):
                self.run.may_go_on = False  # at once: others of the chunk are still under way
        flight.waiting -= 1
        if not flight.waiting:
            self.record_landed()

    def record_landed(self, *, is_waiting: bool = False) -> None:
        """Record the chunks that are complete, up to the first that is not. One after the other:
        the cursor of the next must not pass over one that could not be recorded. With `is_waiting`
        one is recorded when this returns, where one is complete.
        """
        while True:
            if self.recording:
                flight, future = self.recording
                if not is_waiting and not future.done():
                    return
                future.result()
                self.recording, is_waiting = None, False
                self.under_way -= flight.unload()
            if not self.flights or self.flights[0].waiting:
                return
            flight = self.flights.popleft()
            self.recording = flight, self.recorder.ask(partial(record, self.run, flight))


def choose_reader(run: Run) -> Callable[[Run], Flight | None]:
    if run.is_retrying:
        return read_failures
    return read_digests if run.alert.kind == Alert.Kind.DIGEST else read_audience


def find_next(run: Run) -> list[int]:
    """The batch itself where it wants another turn; after a canary all that may go now."""
    if run.is_canary:
        waiting = Batch.objects.runnable().filter(alert=run.alert)
        return list(waiting.order_by("release_at", "pk").values_list("pk", flat=True))
    return [run.batch.pk] if run.may_go_on and not run.is_read else []


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
    run.batch.refresh_from_db(fields=["accepted_count", "failed_count"])
    counts = {"accepted": run.batch.accepted_count, "failed": run.batch.failed_count}
    facts = {"alert": str(run.alert.pk), "batch": run.batch.pk, "state": state.value, **counts}
    logger.info("batch told", extra=facts)
    unfinished = Batch.objects.filter(alert=run.alert).unfinished()
    sending = Alert.objects.filter(pk=run.alert.pk, state=Alert.State.SENDING)
    if not unfinished.exists():
        sending.update(state=Alert.State.SENT)
