"""What follows from outcomes: try again, give up, pause, stop. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from notifications.transports.base import Message, Outcome, Result

MOST_TRIES = {Result.RETRY: 5, Result.AMBIGUOUS: 2}
FIRST_RETRY = timedelta(seconds=2)
QUOTA_PAUSE = timedelta(seconds=60)  # FCM asks for a minute where its 429 names no time
OVERLOAD_PAUSE = timedelta(seconds=1)
BREAKER_LEAST = 20  # messages in a chunk below which a share says nothing
BREAKER_GONE = 0.2
BREAKER_OTHER_SENDER = 0.01
OTHER_SENDER = {"SENDER_ID_MISMATCH", "VAPID_KEY_MISMATCH"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outcome, and how often this device has been tried for this alert, this time included."""

    message: Message
    outcome: Outcome
    tries: int

    def next_try(self) -> timedelta | None:
        """How long to wait before the next try; None where there is none.

        Doubling with jitter, or what the provider asked for if that is longer. A refused credential
        says nothing about the address, so its message waits for whoever resumes the alert.
        """
        result = self.outcome.result
        if result is Result.FORBIDDEN:
            return timedelta(0)
        if self.tries >= MOST_TRIES.get(result, 0):
            return None
        jitter = random.uniform(0.5, 1)  # noqa: S311 - no secret
        backoff = FIRST_RETRY * (1 << self.tries) * jitter
        return max(backoff, self.outcome.retry_after or timedelta(0))


class Stop(Enum):
    """How an alert is stopped."""

    FAILED = "failed"
    """For good: the message itself is wrong."""
    PAUSED = "paused"
    """Until a person has looked: we or the provider are wrong, not the addresses."""


def judge(deliveries: Sequence[Delivery]) -> tuple[Stop, str] | None:
    """Whether a chunk shows that something is wrong with us; and what, told to editors."""
    for delivery in deliveries:
        if delivery.outcome.result is Result.REJECTED:
            return Stop.FAILED, f"the provider refuses the message: {delivery.outcome.code}"
        if delivery.outcome.result is Result.FORBIDDEN:
            return Stop.PAUSED, f"the provider refuses our credential: {delivery.outcome.code}"
    if len(deliveries) < BREAKER_LEAST:
        return None
    gone = [d for d in deliveries if d.outcome.result is Result.GONE]
    strangers = sum(d.outcome.code in OTHER_SENDER for d in gone)
    if strangers > max(1, BREAKER_OTHER_SENDER * len(deliveries)):
        return Stop.PAUSED, "many addresses belong to another sender than our credentials"
    if len(gone) > BREAKER_GONE * len(deliveries):
        return Stop.PAUSED, f"{len(gone)} of {len(deliveries)} addresses are called dead"
    return None


def wanted_pause(deliveries: Sequence[Delivery]) -> timedelta | None:
    """How long the provider wants all workers to wait: the longest wish; None without one."""
    return max(
        (
            d.outcome.retry_after
            or (QUOTA_PAUSE if d.outcome.code == "QUOTA_EXCEEDED" else OVERLOAD_PAUSE)
            for d in deliveries
            if d.outcome.slows_all
        ),
        default=None,
    )
