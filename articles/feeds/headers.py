"""The fields of an answer over HTTP: how long it is good for, when to come back. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

YEAR, DAY = timedelta(days=365), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Headers:
    """Values by name, without regard to case. Each byte is a character of its own, so that what is
    sent back is what came (RFC 9110, section 5.5).
    """

    values: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def from_lines(cls, lines: Iterable[bytes]) -> "Headers":
        values: dict[str, list[str]] = {}
        for line in lines:
            name, colon, value = line.decode("latin-1").partition(":")
            if colon:
                values.setdefault(name.strip().lower(), []).append(value.strip())
        return cls(values)

    def first(self, name: str) -> str:
        """The first value of a name in lower case, "" where there is none."""
        return self.values[name][0] if name in self.values else ""

    def joined(self, name: str) -> str:
        """All values of a name, as one list (RFC 9110, section 5.3)."""
        return ", ".join(self.values.get(name, ()))

    def max_age(self) -> timedelta | None:
        """How long the answer is good for, by Cache-Control or else by Expires."""
        said = read_max_age(self.joined("cache-control"))
        if said is None:
            return read_expires(self.first("expires"), self.first("date"))
        return said


def read_max_age(cache_control: str) -> timedelta | None:
    for part in cache_control.split(","):
        name, _, value = part.strip().partition("=")
        digits = value.strip('"')
        if name.lower() == "max-age" and digits.isascii() and digits.isdigit():
            return min(timedelta(seconds=int(digits[:12])), YEAR)
    return None


def read_expires(expires: str, date: str) -> timedelta | None:
    """How far Expires is ahead of the server's own clock (RFC 9111, section 4.2.1)."""
    if not expires:
        return None
    try:
        wait = parsedate_to_datetime(expires) - parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return None
    return min(max(timedelta(0), wait), YEAR)


def read_retry_after(value: str) -> timedelta | None:
    """Seconds or a date (RFC 9110, section 10.2.3); at most a day is believed."""
    seconds = value.strip()
    if seconds.isascii() and seconds.isdigit():
        return min(timedelta(seconds=int(seconds[:12])), DAY)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(timedelta(0), until - datetime.now(UTC)), DAY)
