"""When to fetch next, after what happened. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

FIRST_WAIT = timedelta(minutes=5)
MOST_AFTER_ERROR = timedelta(days=1)


def next_interval(
    published_at: Sequence[datetime],
    least: timedelta,
    most: timedelta,
    asked: timedelta | None = None,
    jitter: float = 0.5,
) -> timedelta:
    """Half the median gap between a feed's latest entries (newest first), within limits.

    `asked` is the publisher's wish (Cache-Control, Expires, ttl), honoured up to the upper limit.
    `jitter`, 0 to 1, spreads feeds of one rhythm over a tenth of the interval.
    """
    gaps = [(newer - older).total_seconds() for newer, older in pairwise(published_at)]
    rhythm = timedelta(seconds=median(gaps) / 2) if gaps else least
    wanted = max(least, min(rhythm, most), min(asked or least, most))
    return wanted * (0.95 + jitter / 10)


def interval_after_error(error_count: int, jitter: float = 0.5) -> timedelta:
    """Five minutes, doubled with every error in a row, up to a day."""
    doubled = FIRST_WAIT * (1 << min(error_count - 1, 16))
    return min(doubled, MOST_AFTER_ERROR) * (0.9 + jitter / 5)
