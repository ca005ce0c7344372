"""What every way to carry messages agrees on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple, Protocol
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Notice:
    """What an alert's devices are shown, the same for all of one language: a transport encodes each
    of these objects once.
    """

    alert_id: UUID
    story_id: UUID | None
    kind: str
    """initial, update, extension, correction, retraction or digest."""
    language: str
    title: str
    body: str
    image_url: str
    link: str
    tags: tuple[str, ...]
    """Names of the tags whose followers hear it: an app can say why without asking."""
    is_breaking: bool
    expires_at: datetime
    time_to_live: timedelta
    """How long the provider may keep it for a device that is away."""
    replaces: str
    """The de-duplication id: a phone shows one alert under it, the latest. At most 64 bytes."""

    @property
    def is_removal(self) -> bool:
        """Nothing is shown: what is shown under `replaces` is taken away."""
        return self.kind == "retraction"


class Message(NamedTuple):
    """What one device is shown. A tuple, since a million of them are made for one alert."""

    notice: Notice
    device: bytes
    """The device's id: a million UUID objects would cost more than all the rest."""
    address_kind: str
    address: str
    address_keys: str = ""
    """Of a Web Push address: its `p256dh` and `auth` (RFC 8291), base64url, joined by a dot."""
    ticket: Any = None
    """What its sender knows it by; transports leave it alone."""

    @property
    def device_id(self) -> UUID:
        return UUID(bytes=self.device)


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

    def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
        """Every message with its outcome, once, in any order; where it was accepted, with ACCEPTED
        itself. Raises nothing for one message.

        `messages` is read as there is room, while others are under way. None in it means: no more
        for now, give outcomes first. After a None with nothing under way it is simply read on.
        """
        ...

    def check(self, message: Message) -> Outcome:
        """What would become of a message, without delivering it, where the provider can tell."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
