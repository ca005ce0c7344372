"""What becomes of a request, for certain."""

from dataclasses import dataclass
from typing import Final

from notifications.transports.lane.fields import Fields


@dataclass(frozen=True, slots=True)
class Answered:
    """The server's answer. Of a 200 neither fields nor body are kept: its meaning is clear."""

    status: int
    fields: Fields = ()
    body: bytes = b""

    def field(self, name: str) -> str | None:
        return next((value for key, value in self.fields if key == name), None)


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not processed: it is safe to send it again (RFC 9113, section 8.7)."""

    reason: str
    error: Exception | None = None
    """Why no connection or no credential could be had, where that is the reason."""


@dataclass(frozen=True, slots=True)
class Lost:
    """It was sent, and no answer came: it may have arrived."""

    reason: str


Outcome = Answered | Refused | Lost
OK: Final = Answered(200)
