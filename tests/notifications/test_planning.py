from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.planning import (
    Crowd,
    QuietHours,
    cut_ranges,
    find_releases,
    next_allowed,
    round_up,
)

NIGHT = (time(22), time(7))
VECTORS = [
    # zone, start, end, now, release (None: not quiet)
    ("Europe/Berlin", *NIGHT, "2027-03-27T23:30", "2027-03-28T05:00"),  # the short night of spring
    ("Europe/Berlin", time(22), time(2, 30), "2027-03-28T00:30", "2027-03-28T01:00"),  # end skipped
    ("Europe/Berlin", time(22), time(2, 30), "2027-10-31T00:40", None),  # 02:40 for the first time
    ("Europe/Berlin", time(22), time(2, 30), "2027-10-31T01:15", "2027-10-31T01:30"),  # 02:15 again
    (
        "America/New_York",
        *NIGHT,
        "2026-11-01T03:00",
        "2026-11-01T12:00",
    ),  # the long night of autumn
    ("Asia/Kathmandu", *NIGHT, "2026-11-23T20:00", "2026-11-24T01:15"),
    ("Australia/Lord_Howe", time(22), time(2, 15), "2026-10-03T15:20", "2026-10-03T15:30"),
    ("Pacific/Apia", *NIGHT, "2026-11-23T09:00", "2026-11-23T18:00"),
    ("UTC", time(9), time(9), "2026-11-23T09:00", None),  # start = end: never quiet
    ("UTC", *NIGHT, "2026-11-23T07:00", None),  # the end belongs to the day
    ("UTC", *NIGHT, "2026-11-23T22:00", "2026-11-24T07:00"),  # the start to the night
    ("UTC", time(13), time(15), "2026-11-23T14:00", "2026-11-23T15:00"),  # a siesta
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("zone", "start", "end", "now", "release"), VECTORS)
def test_quiet_hours_end_by_the_clock_on_the_wall(
    zone: str, start: time, end: time, now: str, release: str | None
) -> None:
    allowed = next_allowed(QuietHours(zone, start, end), utc(now))

    assert allowed == utc(release or now)


@given(
    now=st.integers(0, 730 * 86_400).map(lambda s: utc("2026-01-01T00:00") + timedelta(seconds=s)),
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Yerevan"]
    ),
    start=st.times(),
    end=st.times(),
)
def test_a_release_is_never_early_quiet_or_more_than_a_day_away(
    now: datetime, zone: str, start: time, end: time
) -> None:
    quiet = QuietHours(zone, start.replace(microsecond=0), end.replace(microsecond=0))

    allowed = next_allowed(quiet, now)

    assert now <= allowed <= now + timedelta(hours=26)
    assert allowed == now or next_allowed(quiet, allowed) == allowed


def test_releases_are_rounded_up_so_that_batches_stay_few() -> None:
    assert round_up(utc("2026-11-23T06:01")) == utc("2026-11-23T06:15")
    assert round_up(utc("2026-11-23T06:15")) == utc("2026-11-23T06:15")


def test_those_awake_are_told_now_and_those_asleep_later() -> None:
    now = utc("2026-11-23T23:00")
    profiles = {1: QuietHours("UTC", *NIGHT), 2: QuietHours("America/New_York", *NIGHT)}

    releases = find_releases(profiles, now)
    ranges = cut_ranges([Crowd(0, 1, 10), Crowd(0, 2, 10)], releases, 5000)

    assert [(each.profile_ids, each.release_at) for each in ranges] == [
        ((2,), now),
        ((1,), utc("2026-11-24T07:00")),
    ]


@given(
    st.dictionaries(st.integers(0, 1023), st.integers(1, 4000), min_size=1), st.integers(1, 5000)
)
def test_ranges_cover_every_shard_of_the_audience_once(counts: dict[int, int], size: int) -> None:
    now = utc("2026-11-23T12:00")
    crowds = [Crowd(block, 1, count) for block, count in counts.items()]

    ranges = cut_ranges(crowds, {1: now}, size)

    assert ranges[0].first_shard == 0
    assert ranges[-1].last_shard == 65_535
    for earlier, later in pairwise(ranges):
        assert later.first_shard == earlier.last_shard + 1
