"""One worker's turn on an alert: chunks are read and recorded while others are under way, one after
the other, and so are batches.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

from django.conf import settings
from django.db.models import Min, QuerySet

from notifications.audience import audience_of
from notifications.dispatch.aside import Aside
from notifications.dispatch.chunks import read_audience, read_failures
from notifications.dispatch.digest import read_digests
from notifications.dispatch.leave import LONGEST_NAP, Leave
from notifications.dispatch.record import LeaseLostError, Recorder
from notifications.dispatch.run import Flight, Run
from notifications.models import Alert, Batch, Failure
from notifications.preflight import preflight
from notifications.quota import get_quota
from notifications.transports.base import ACCEPTED, Message, Outcome, Transport
from notifications.verdict import Delivery, is_plain, judge_outcome

logger = logging.getLogger(__name__)

SLICE = 20  # seconds of work on one alert before others get their turn


def run_batch(batch_id: int, transport: Transport) -> list[int]:
    """Send for a while, this batch and others of its alert that are free; ids of the batches that
    want a turn at once.

    Does nothing where another worker holds the batch, or there is nothing to do.
    """
    if get_quota().take(0, is_breaking=True) > LONGEST_NAP:
        return []  # a pause: the sweep asks again
    with closing(Aside()) as aside, closing(Recorder()) as recorder:
        batch = Batch.objects.claim(batch_id, timedelta(seconds=settings.PUSH_LEASE))
        if batch is None:
            return []
        run = Run(batch, audience_of(batch.alert), Leave(batch.alert), aside)
        turn = Turn(run, recorder)
        try:
            run.leave.may_go_on = preflight(run.alert, transport)
            turn.take(transport)
        except LeaseLostError as lost:
            logger.warning("lease lost", extra={"alert": str(run.alert.pk), "batch": lost.args[0]})
            return []
        finally:
            run.leave.give_back()
        close(turn.run)
        return find_next(turn.run)


class Turn:
    """The chunks that are under way, the first one first."""

    def __init__(self, run: Run, recorder: Recorder) -> None:
        self.run = run
        self.flights: deque[Flight] = deque()
        self.recorder = recorder
        self.under_way = 0
        """Messages whose chunk is not recorded: what a kill now would repeat."""
        self.end = time.monotonic() + SLICE
        self.read_next = choose_reader(run)

    def take(self, transport: Transport) -> None:
        """Send until the time is over, nobody is left, or something is in the way."""
        for message, outcome in transport.send(self.messages()):
            flight: Flight = message.ticket
            if outcome is not ACCEPTED:
                self.note_unsent(flight, message, outcome)
            flight.waiting -= 1
            if not flight.waiting:
                self.record_landed()
        while self.flights or self.recorder.flight:
            self.record_landed(is_waiting=True)

    def messages(self) -> Iterator[Message | None]:
        """What the transport is fed: one chunk after the other, as long as there is room."""
        while self.run.leave.may_go_on and time.monotonic() < self.end:
            if self.is_full():
                self.record_landed(is_waiting=True)
                if self.is_full():
                    yield None
                continue
            flight = self.read_next(self.run)
            if flight is None:
                return
            self.start(flight)
            following = self.claim_next()
            yield from flight.messages
            if self.run.is_canary:
                return
            if following:
                self.go_on(following)

    def claim_next(self) -> Run | None:
        """The batch after this one, with the last chunk of this one: sooner its lease might end
        before anything of it is recorded. Its first readers are looked for at once. Retries and
        digests are few and go alone.
        """
        run = self.run
        if self.read_next is not read_audience or not run.is_read or run.is_canary:
            return None
        batch = Batch.objects.claim_next(run.alert, timedelta(seconds=settings.PUSH_LEASE))
        if batch is None:
            return None
        following = Run(batch, run.audience, run.leave, run.aside)
        following.pages.begin()
        return following

    def go_on(self, following: Run) -> None:
        """Turn to the batch after this one: to wait for the last answers first would leave the wire
        idle.
        """
        left, self.run = self.run, following
        self.close_left(left)

    def close_left(self, run: Run) -> None:
        """A batch that this turn has gone on from is over when its last chunk is recorded."""
        flights = [*self.flights, self.recorder.flight]
        if run is not self.run and all(each is None or each.run is not run for each in flights):
            close(run)

    def is_full(self) -> bool:
        room = self.run.in_flight - self.under_way
        return self.under_way > 0 and room < self.run.chunk_size

    def start(self, flight: Flight) -> None:
        self.flights.append(flight)
        self.under_way += len(flight.messages)
        # One with nobody to tell is recorded before the next is read: it may be failures' last.
        self.record_landed(is_waiting=not flight.messages)

    def note_unsent(self, flight: Flight, message: Message, outcome: Outcome) -> None:
        tries = flight.tries.get(message.device_id, 0) + 1
        flight.unsent.append(Delivery(message, outcome, tries))
        if judge_outcome(outcome) or is_plain(outcome):
            flight.run.leave.may_go_on = False  # at once: others are still under way

    def record_landed(self, *, is_waiting: bool = False) -> None:
        """Record the chunks that are complete, up to the first that is not. One after the other:
        the cursor of the next must not pass over one that could not be recorded. With `is_waiting`
        one is recorded when this returns, where one is complete.
        """
        while True:
            if recorded := self.recorder.flight:
                if not is_waiting and not self.recorder.is_ready():
                    return
                self.recorder.finish(recorded)
                is_waiting = False
                self.under_way -= recorded.unload()
                self.close_left(recorded.run)
            if not self.flights or self.flights[0].waiting:
                return
            self.recorder.begin(self.flights.popleft())


def choose_reader(run: Run) -> Callable[[Run], Flight | None]:
    if run.is_retrying:
        return read_failures
    return read_digests if run.alert.kind == Alert.Kind.DIGEST else read_audience


def find_next(run: Run) -> list[int]:
    """The batch itself where it wants another turn; after a canary all that may go now."""
    if run.is_canary:
        return list(Batch.objects.runnable().filter(alert=run.alert).in_order())
    return [run.batch.pk] if run.leave.may_go_on and not run.is_read else []


def close(run: Run) -> None:
    """All that was sent of the batch is recorded."""
    if run.is_read and run.leave.may_go_on:
        finish(run)
    else:
        release(run)


def held_by(run: Run) -> QuerySet[Batch]:
    """The run's batch, unless another worker has taken it meanwhile."""
    return Batch.objects.filter(pk=run.batch.pk, lease_token=run.batch.lease_token)


def release(run: Run) -> None:
    """Let go of the batch with its cursor kept, so that the next turn repeats nothing."""
    held_by(run).update(lease_until=None)


def finish(run: Run) -> None:
    """The pass is over: wait for the next retry if there is one, else the batch is done.

    The last batch that is done closes the alert.
    """
    waiting = Failure.objects.filter(batch=run.batch, next_try_at__isnull=False)
    next_try_at = waiting.aggregate(at=Min("next_try_at"))["at"]
    state = Batch.State.RETRYING if next_try_at else Batch.State.DONE
    if not held_by(run).update(state=state, next_try_at=next_try_at, lease_until=None):
        return
    run.batch.refresh_from_db(fields=["accepted_count", "failed_count"])
    counts = {"accepted": run.batch.accepted_count, "failed": run.batch.failed_count}
    facts = {"alert": str(run.alert.pk), "batch": run.batch.pk, "state": state.value, **counts}
    logger.info("batch told", extra=facts)
    unfinished = Batch.objects.filter(alert=run.alert).unfinished()
    sending = Alert.objects.filter(pk=run.alert.pk, state=Alert.State.SENDING)
    if not unfinished.exists():
        sending.update(state=Alert.State.SENT)
