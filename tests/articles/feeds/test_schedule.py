from datetime import timedelta

from articles.feeds.schedule import interval_after_error, next_interval
from tests.make import NOON

LEAST, MOST = timedelta(minutes=2), timedelta(hours=6)


def times(minutes: int) -> list[object]:
    return [NOON - timedelta(minutes=minutes * n) for n in range(20)]


def test_a_feed_is_fetched_at_half_its_rhythm_within_limits() -> None:
    intervals = [next_interval(times(m), LEAST, MOST) for m in (1, 60, 6000)]  # type: ignore[arg-type]  # datetimes

    assert intervals == [LEAST, timedelta(minutes=30), MOST]


def test_the_publishers_wish_is_honoured_up_to_the_limit() -> None:
    assert next_interval([], LEAST, MOST, timedelta(hours=1)) == timedelta(hours=1)
    assert next_interval([], LEAST, MOST, timedelta(days=9)) == MOST


def test_errors_in_a_row_are_met_with_patience() -> None:
    waits = [interval_after_error(count) for count in (1, 2, 3, 50)]

    assert waits == [timedelta(minutes=m) for m in (5, 10, 20, 1440)]
