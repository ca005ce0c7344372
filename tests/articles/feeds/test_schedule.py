from datetime import datetime, timedelta

from articles.feeds.schedule import Limits, interval_after_error, next_interval, rhythm
from tests.make import NOON

LIMITS = Limits(least=timedelta(minutes=2), most=timedelta(hours=6))


def times(minutes: int) -> list[datetime]:
    return [NOON - timedelta(minutes=minutes * n) for n in range(20)]


def test_a_feed_is_fetched_at_half_its_rhythm_within_limits() -> None:
    intervals = [rhythm(times(minutes), LIMITS) for minutes in (1, 60, 6000)]

    assert intervals == [LIMITS.least, timedelta(minutes=30), LIMITS.most]
    assert rhythm([], LIMITS) == LIMITS.least


def test_the_order_in_a_document_says_nothing() -> None:
    assert rhythm(times(60)[::-1], LIMITS) == timedelta(minutes=30)


def test_the_publishers_wish_is_honoured_up_to_the_limit() -> None:
    half_an_hour = timedelta(minutes=30)

    assert next_interval(half_an_hour, LIMITS) == half_an_hour
    assert next_interval(half_an_hour, LIMITS, timedelta(minutes=1)) == half_an_hour
    assert next_interval(half_an_hour, LIMITS, timedelta(hours=1)) == timedelta(hours=1)
    assert next_interval(half_an_hour, LIMITS, timedelta(days=9)) == LIMITS.most


def test_errors_in_a_row_are_met_with_patience() -> None:
    waits = [interval_after_error(count) for count in (1, 2, 3, 50)]

    assert waits == [timedelta(minutes=m) for m in (5, 10, 20, 1440)]
