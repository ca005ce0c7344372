"""What every way to carry messages agrees on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What an alert's devices are shown, the same for all of one language: a transport encodes it
    once.
    """

    alert_id: UUID
    story_id: UUID | None
    language: str
    title: str
    body: str
    image_url: str
    link: str
    is_breaking: bool
    expires_at: datetime
    replaces: str
    """The de-duplication id: a phone shows one alert under it, the latest. At most 64 bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What one device is shown."""

    notice: Notice
    device_id: UUID
    reader_id: UUID
    shard: int
    address_kind: str
    address: str
    time_to_live: timedelta
    """How long the provider may keep it for a device that is away."""


class Result(Enum):
    """What became of a message, in the words that decide what happens next."""

    ACCEPTED = "accepted"
    """The provider took it. Not: it was shown."""
    RETRY = "retry"
    """It certainly did not arrive, and may next time."""
    GONE = "gone"
    """The address is dead or was never one."""
    REJECTED = "rejected"
    """The message itself is wrong: nobody can be sent it."""
    FORBIDDEN = "forbidden"
    """Our credential is wrong: nothing can be sent until a person has looked."""
    AMBIGUOUS = "ambiguous"
    """No answer came: it may have arrived."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A result, the provider's own word for it, and how long the provider asked us to wait."""

    result: Result
    code: str = ""
    retry_after: timedelta | None = None
    slows_all: bool = False
    """The provider is overloaded or our quota is spent: every worker waits, not this message."""


ACCEPTED = Outcome(result=Result.ACCEPTED)


class Transport(Protocol):
    """A way to carry messages; PUSH_TRANSPORT names one by its dotted path."""

    def send(self, messages: Iterable[Message]) -> Iterator[tuple[Message, Outcome]]:
        """Every message with its outcome, once, in any order. Raises nothing for one message."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
