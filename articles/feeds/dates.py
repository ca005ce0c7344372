"""Dates as feeds write them. Pure."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

SPACE_BEFORE_ZONE = re.compile(r"\s+(?=(?:Z|[+-]\d\d:?\d\d)$)")
FRACTION = re.compile(r"\.(\d+)")
NAMED_ZONES = {"BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5, "JST": 9}


def parse_date(text: str) -> datetime | None:
    """RFC 3339, ISO 8601 or RFC 822 as an instant in UTC; None where it is none of these.

    A date without a zone is taken as UTC.
    """
    text = " ".join(text.split())
    parsed = parse_iso(text) or parse_rfc822(text)
    if parsed is None:
        return None
    try:
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def parse_iso(text: str) -> datetime | None:
    text = SPACE_BEFORE_ZONE.sub("", text)
    text = FRACTION.sub(lambda match: "." + match[1][:6], text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def parse_rfc822(text: str) -> datetime | None:
    body, _, name = text.rpartition(" ")
    zone = NAMED_ZONES.get(name.upper())
    try:
        if zone is not None:
            parsed = parsedate_to_datetime(body + " +0000")
            return parsed.replace(tzinfo=timezone(timedelta(hours=zone)))
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
