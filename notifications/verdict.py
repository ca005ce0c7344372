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
CANARY_PERMANENT = 0.05  # of errors other than apps that were removed
OTHER_SENDER = {"SENDER_ID_MISMATCH", "VAPID_KEY_MISMATCH"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that was not accepted, and how often its device has been tried for this alert."""

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


def judge_outcome(outcome: Outcome) -> tuple[Stop, str] | None:
    """Whether one outcome shows that something is wrong with us; and what, told to editors."""
    if outcome.result is Result.REJECTED:
        return Stop.FAILED, f"the provider refuses the message: {outcome.code}"
    if outcome.result is Result.FORBIDDEN:
        return Stop.PAUSED, f"the provider refuses our credential: {outcome.code}"
    return None


def judge(
    unsent: Sequence[Delivery], total: int, *, is_canary: bool = False
) -> tuple[Stop, str] | None:
    """The same for a chunk of `total` messages, of which some were not accepted."""
    for delivery in unsent:
        if verdict := judge_outcome(delivery.outcome):
            return verdict
    if total < BREAKER_LEAST:
        return None
    gone = [d.outcome.code for d in unsent if d.outcome.result is Result.GONE]
    if sum(code in OTHER_SENDER for code in gone) > max(1, BREAKER_OTHER_SENDER * total):
        return Stop.PAUSED, "many addresses belong to another sender than our credentials"
    if len(gone) > BREAKER_GONE * total:
        return Stop.PAUSED, f"{len(gone)} of {total} addresses are called dead"
    odd = len(gone) - gone.count("UNREGISTERED")
    if is_canary and odd > CANARY_PERMANENT * total:
        return Stop.PAUSED, f"{odd} of the first {total} addresses are called malformed"
    return None


def wanted_pause(unsent: Sequence[Delivery]) -> tuple[timedelta | None, timedelta] | None:
    """How long the provider wants all workers to wait, None where it named no time, and how long
    to wait then at first; None where it wants none.
    """
    slowing = [d.outcome for d in unsent if d.outcome.slows_all]
    if not slowing:
        return None
    wishes = [outcome.retry_after for outcome in slowing if outcome.retry_after]
    is_quota = any(outcome.code == "QUOTA_EXCEEDED" for outcome in slowing)
    return max(wishes, default=None), QUOTA_PAUSE if is_quota else OVERLOAD_PAUSE
