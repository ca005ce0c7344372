from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.planning import (
    Crowd,
    QuietHours,
    Range,
    cut_ranges,
    find_releases,
    is_breaking_title,
    last_digest,
    midnight_before,
    next_allowed,
    round_up,
    spread,
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


def test_breaking_news_passes_the_quiet_hours_of_those_who_let_it() -> None:
    now = utc("2026-11-23T23:00")
    profiles = {
        1: QuietHours("UTC", *NIGHT, is_open_to_breaking=True),
        2: QuietHours("UTC", *NIGHT),
    }

    breaking = find_releases(profiles, now, is_breaking=True)
    normal = find_releases(profiles, now)

    assert breaking == {1: now, 2: utc("2026-11-24T07:00")}
    assert set(normal.values()) == {utc("2026-11-24T07:00")}


@pytest.mark.parametrize(
    ("zone", "digest_at", "now", "due", "before"),
    [
        ("UTC", time(8), "2026-11-23T08:00", "2026-11-23T08:00", "2026-11-22T08:00"),
        ("UTC", time(8), "2026-11-23T07:59", "2026-11-22T08:00", "2026-11-21T08:00"),
        # In quiet hours it waits for their end.
        ("UTC", time(3), "2026-11-23T07:00", "2026-11-23T07:00", "2026-11-22T07:00"),
        ("Asia/Kathmandu", time(8), "2026-11-23T02:15", "2026-11-23T02:15", "2026-11-22T02:15"),
        # Days of 23 and of 25 hours.
        ("Europe/Berlin", time(8), "2027-03-28T12:00", "2027-03-28T06:00", "2027-03-27T07:00"),
        ("Europe/Berlin", time(8), "2027-10-31T12:00", "2027-10-31T07:00", "2027-10-30T06:00"),
    ],
)
def test_a_digest_comes_once_a_local_day(
    zone: str, digest_at: time, now: str, due: str, before: str
) -> None:
    quiet = QuietHours(zone, *NIGHT, digest_at=digest_at)

    assert last_digest(quiet, utc(now)) == (utc(due), utc(before))


def test_without_a_wish_there_is_no_digest() -> None:
    assert last_digest(QuietHours("UTC", *NIGHT), utc("2026-11-23T08:00")) is None


@given(hours=st.integers(0, 24 * 365))
def test_digests_never_come_twice_or_late(hours: int) -> None:
    quiet = QuietHours("Europe/Berlin", time(0), time(0), digest_at=time(2, 30))
    now = utc("2027-01-01T00:00") + timedelta(hours=hours)

    due, before = last_digest(quiet, now) or (now, now)

    assert due <= now < due + timedelta(hours=25)
    assert timedelta(hours=22, minutes=59) <= due - before <= timedelta(hours=25)


@pytest.mark.parametrize(
    ("title", "is_breaking"),
    [
        ("BREAKING: Dam fails", True),
        ("Breaking - dam fails", True),
        ("Breakingham wins", False),
        ("Dam fails, breaking news", False),
        ("Срочно: плотина", True),
        ("", False),
    ],
)
def test_a_title_says_whether_it_is_breaking(title: str, is_breaking: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_breaking_title(title, ["BREAKING", "срочно", ""]) is is_breaking


def test_a_paced_alert_is_spread_over_its_time() -> None:
    now = utc("2026-11-23T12:00")
    ranges = [Range(n, n, (1,), now) for n in range(4)]

    releases = [each.release_at for each in spread(ranges, timedelta(minutes=20))]

    assert releases == [now + timedelta(minutes=5 * n) for n in range(4)]
    assert spread(ranges, None) == ranges


@pytest.mark.parametrize(
    ("moment", "zone", "midnight"),
    [
        ("2026-11-23T12:00", "UTC", "2026-11-23T00:00"),
        ("2026-11-23T21:00", "Asia/Yerevan", "2026-11-23T20:00"),
        ("2027-10-31T12:00", "Europe/Berlin", "2027-10-30T22:00"),
    ],
)
def test_a_local_day_begins_at_its_own_midnight(moment: str, zone: str, midnight: str) -> None:
    assert midnight_before(utc(moment), zone) == utc(midnight)
