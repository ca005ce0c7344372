"""What follows from outcomes: try again, give up, pause, stop. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from notifications.transports.base import Message, Outcome, Result

MOST_TRIES = {Result.RETRY: 5, Result.AMBIGUOUS: 2}
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=2)
QUOTA_PAUSE = timedelta(seconds=60)  # FCM asks for a minute where its 429 names no time
OVERLOAD_PAUSE = timedelta(seconds=1)
OVERLOAD_SHARE = 0.05  # of a chunk
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
        says nothing about the address, so its message waits for whoever resumes the alert; nor does
        an overloaded provider, so only the alert's expiry ends the tries of its storms.
        """
        result = self.outcome.result
        if result is Result.FORBIDDEN:
            return timedelta(0)
        if not self.outcome.slows_all and self.tries >= MOST_TRIES.get(result, 0):
            return None
        jitter = random.uniform(0.5, 1)  # noqa: S311 - no secret
        backoff = min(FIRST_RETRY * (1 << min(self.tries, 10)), LONGEST_RETRY) * jitter
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


@dataclass(frozen=True, slots=True)
class Pause:
    """That all workers are to wait."""

    wish: timedelta | None
    """As long as the provider asked for; None where it named no time."""
    first: timedelta
    """How long then, the first time."""
    is_overload: bool
    """The provider could not keep up: whoever goes on afterwards goes on at half the rate."""


def is_plain(outcome: Outcome) -> bool:
    """Whether one such outcome is enough to wait: a time was named, or our quota is spent."""
    return outcome.slows_all and (bool(outcome.retry_after) or outcome.code == "QUOTA_EXCEEDED")


def wanted_pause(unsent: Sequence[Delivery], total: int) -> Pause | None:
    """The pause that the outcomes of a chunk of `total` messages ask for, if they do.

    A 503 or 500 now and then is every provider's everyday life; many are an overload.
    """
    slowing = [d.outcome for d in unsent if d.outcome.slows_all]
    plain = [outcome for outcome in slowing if is_plain(outcome)]
    if not plain and len(slowing) <= OVERLOAD_SHARE * total:
        return None
    wishes = [outcome.retry_after for outcome in plain if outcome.retry_after]
    is_quota = any(outcome.code == "QUOTA_EXCEEDED" for outcome in plain)
    first = QUOTA_PAUSE if is_quota else OVERLOAD_PAUSE
    return Pause(max(wishes, default=None), first, is_overload=not is_quota)
