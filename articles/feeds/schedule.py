"""When to fetch next, after what happened. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

FIRST_WAIT = timedelta(minutes=5)
MOST_AFTER_ERROR = timedelta(days=1)
LATEST = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Between two fetches of one feed."""

    least: timedelta
    most: timedelta


def rhythm(published_at: Sequence[datetime], limits: Limits) -> timedelta:
    """Half the median gap between a feed's latest 20 entries, within limits."""
    latest = sorted(published_at, reverse=True)[:LATEST]
    gaps = [(newer - older).total_seconds() for newer, older in pairwise(latest)]
    half = timedelta(seconds=median(gaps) / 2) if gaps else limits.least
    return max(limits.least, min(half, limits.most))


def next_interval(
    interval: timedelta, limits: Limits, asked: timedelta | None = None, jitter: float = 0.5
) -> timedelta:
    """The feed's rhythm, or what the publisher asked for (Cache-Control, Expires, ttl) where that
    is longer, up to the upper limit. `jitter`, 0 to 1, spreads feeds of one rhythm over a tenth.
    """
    wanted = max(limits.least, interval, min(asked or limits.least, limits.most))
    return wanted * (0.95 + jitter / 10)


def interval_after_error(error_count: int, jitter: float = 0.5) -> timedelta:
    """Five minutes, doubled with every error in a row, up to a day."""
    doubled = FIRST_WAIT * (1 << min(error_count - 1, 16))
    return min(doubled, MOST_AFTER_ERROR) * (0.9 + jitter / 5)
