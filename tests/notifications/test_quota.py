import time
from datetime import timedelta

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from articles.models.identifier import make_id
from articles.pace import connect
from notifications.quota import Limits, Quota, get_quota

DAY = 86_400
MONDAY = 20_500 * DAY  # midnight in UTC
READER = make_id()


def make_quota(rate: float = 1000, ramp: float = 0) -> Quota:
    return Quota(connect(), rate, workers=4, ramp=ramp)


def take_for(quota: Quota, seconds: float, *, is_breaking: bool = False) -> int:
    """How many permits are had in chunks of 10, waiting as a worker does."""
    end, had = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        wait = quota.take(10, is_breaking=is_breaking)
        if wait:
            time.sleep(wait)
        else:
            had += 10
    return had


def test_breaking_news_may_use_the_whole_rate_and_other_alerts_seven_tenths_of_it() -> None:
    normal = take_for(make_quota(), 1)
    connect().flushdb()
    breaking = take_for(make_quota(), 1, is_breaking=True)

    assert 600 < normal <= 700 * 1.1 + 10
    assert 850 < breaking <= 1000 * 1.1 + 10


def test_breaking_news_does_not_wait_behind_other_alerts() -> None:
    quota = make_quota(rate=100)
    while not quota.take(10):
        pass

    assert quota.take(10) > 0
    assert quota.take(10, is_breaking=True) == 0


@pytest.mark.parametrize("is_redis_there", [True, False])
def test_what_is_given_back_can_be_had_by_others(*, is_redis_there: bool) -> None:
    redis = connect() if is_redis_there else Redis(port=1, retry=Retry(NoBackoff(), 0))
    quota = Quota(redis, rate=100, workers=1)
    assert quota.take(50, is_breaking=True) == 0
    assert quota.take(10, is_breaking=True) > 0.2

    quota.take(-45, is_breaking=True)

    assert quota.take(10, is_breaking=True) == 0


def test_the_rate_grows_after_silence() -> None:
    slow, fast = make_quota(ramp=60), make_quota()

    at_first = take_for(slow, 0.5)
    connect().flushdb()
    without_ramp = take_for(fast, 0.5)

    assert at_first < without_ramp / 3


def test_a_pause_stops_every_worker_and_ends() -> None:
    one, other = make_quota(), make_quota()

    one.pause(timedelta(seconds=0.2), timedelta(seconds=60))

    assert 0 < other.take(1, is_breaking=True) <= 0.2
    time.sleep(0.25)
    assert other.take(1, is_breaking=True) == 0


def test_a_provider_that_names_no_time_is_waited_for_twice_as_long_each_time() -> None:
    quota = make_quota()
    lengths = []
    for _ in range(3):
        lengths.append(quota.pause(None, timedelta(seconds=1)).total_seconds())
        connect().delete("push:pause")  # as if it were over

    assert lengths == [1, 2, 4]


def test_after_an_overload_half_the_rate_is_used() -> None:
    quota = make_quota()
    quota.pause(timedelta(milliseconds=1), timedelta(seconds=1), is_overload=True)
    time.sleep(0.01)

    had = take_for(quota, 1, is_breaking=True)

    assert 350 < had <= 500 * 1.2 + 10


def test_workers_that_are_refused_in_one_storm_count_once() -> None:
    lengths = [make_quota().pause(None, timedelta(seconds=1)) for _ in range(5)]

    assert max(lengths) <= timedelta(seconds=1)


def test_without_redis_a_worker_keeps_to_its_share_and_holds_nobody_back() -> None:
    quota = Quota(Redis(port=1, retry=Retry(NoBackoff(), 0)), rate=1000, workers=4)

    had = take_for(quota, 0.5)

    assert had <= 1000 / 4 * 0.6 + 10
    assert quota.admit("story", MONDAY, [Limits(READER, 1, 0, MONDAY)] * 3) == ["", "", ""]


def admit(mark: str, at: float, cap: int = 0, gap: int = 0, midnight: float = MONDAY) -> str:
    [answer] = get_quota().admit(mark, at, [Limits(READER, cap, gap, midnight)])
    return answer


def test_a_cap_counts_stories_and_asking_again_counts_once() -> None:
    answers = [admit(mark, MONDAY + 60, cap=2) for mark in ("a", "a", "b", "c", "a")]

    assert answers == ["", "", "", "cap", ""]


def test_a_new_day_has_a_cap_of_its_own() -> None:
    late, early = MONDAY + DAY - 60, MONDAY + DAY + 60

    assert admit("a", late, cap=1) == ""
    assert admit("b", late, cap=1) == "cap"
    assert admit("b", early, cap=1, midnight=MONDAY + DAY) == ""


def test_who_travels_east_has_the_day_of_the_new_zone() -> None:
    at_noon = MONDAY + DAY / 2

    assert admit("a", at_noon, cap=1) == ""
    # In Yerevan the same day began four hours earlier: the alert still counts.
    assert admit("b", at_noon + 60, cap=1, midnight=MONDAY - 4 * 3600) == "cap"
    # Where it is past midnight already, a new day has begun.
    assert admit("b", at_noon + 60, cap=1, midnight=at_noon + 30) == ""


@pytest.mark.parametrize(
    ("seconds", "answer"), [(0, "gap"), (599, "gap"), (600, ""), (-300, "gap")]
)
def test_a_gap_holds_back_what_comes_too_soon(seconds: int, answer: str) -> None:
    admit("a", MONDAY + 3600, gap=600)

    assert admit("b", MONDAY + 3600 + seconds, gap=600) == answer


def test_asking_without_a_mark_counts_nothing() -> None:
    assert [admit("", MONDAY, cap=1) for _ in range(3)] == ["", "", ""]
