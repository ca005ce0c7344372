"""Who is told when: quiet hours, the hour of the digest, the cutting of an audience into batches,
and which news is important. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Fewer batches; 11 of the world's 38 offsets are no whole hours.
RELEASE_STEP = timedelta(minutes=15)
BLOCKS = 1024
SHARDS_PER_BLOCK = 65_536 // BLOCKS


@dataclass(frozen=True)
class QuietHours:
    """Local hours without alerts, `start` included, `end` not. Equal: never quiet."""

    zone: str
    start: time
    end: time
    is_open_to_breaking: bool = False
    digest_at: time | None = None

    def includes(self, local: time) -> bool:
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


def next_allowed(quiet: QuietHours, now: datetime) -> datetime:
    """`now` when it is not quiet there, else the first instant when it no longer is (UTC).

    What counts is the clock on the wall: an end that a change of clocks skips is the change itself,
    an hour that comes twice is quiet or not each time it comes.
    """
    zone = ZoneInfo(quiet.zone)
    local = now.astimezone(zone)
    if not quiet.includes(local.time()):
        return now
    is_tomorrow = local.time() >= quiet.end
    day = local.date() + timedelta(days=1) if is_tomorrow else local.date()
    ends = (instant_of(day, quiet.end, zone, fold) for fold in (0, 1))
    return next(end for end in ends if end > now)


def instant_of(day: date, wall: time, zone: ZoneInfo, fold: int) -> datetime:
    """When a wall clock shows `wall` on that day; for a skipped time, when it is skipped."""
    stated = datetime.combine(day, wall, zone).replace(fold=fold)
    instant = stated.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == stated.replace(tzinfo=None):
        return instant
    before, after = (stated.replace(fold=each).astimezone(UTC) for each in (1, 0))
    offset_before = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return (after + timedelta(microseconds=500_000)).replace(microsecond=0)


def round_up(instant: datetime, step: timedelta = RELEASE_STEP) -> datetime:
    past = timedelta(seconds=instant.timestamp() % step.total_seconds())
    return instant + (step - past) if past else instant


@dataclass(frozen=True)
class Crowd:
    """How many of an audience's readers live in a block of shards under one quiet profile."""

    block: int
    profile_id: int
    count: int


@dataclass(frozen=True)
class Range:
    """Readers for one batch: a range of shards, some quiet profiles, and from when on."""

    first_shard: int
    last_shard: int
    profile_ids: tuple[int, ...]
    release_at: datetime


def find_releases(
    profiles: Mapping[int, QuietHours], now: datetime, *, is_breaking: bool = False
) -> dict[int, datetime]:
    """For each profile the instant from which its readers may be told."""
    releases = {}
    for profile_id, quiet in profiles.items():
        passes = is_breaking and quiet.is_open_to_breaking
        allowed = now if passes else next_allowed(quiet, now)
        releases[profile_id] = allowed if allowed == now else round_up(allowed)
    return releases


def last_digest(quiet: QuietHours, now: datetime) -> tuple[datetime, datetime] | None:
    """When the latest digest of these readers was due, and the one before; None without digests.

    Once a local day; a digest whose hour is quiet comes when the quiet hours end.
    """
    if quiet.digest_at is None:
        return None
    zone = ZoneInfo(quiet.zone)
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=back) for back in (1, 0, -1, -2, -3))
    stated = (instant_of(day, quiet.digest_at, zone, 0) for day in days)
    due = [instant for each in stated if (instant := next_allowed(quiet, each)) <= now]
    return due[0], due[1]


def midnight_before(moment: datetime, zone: str) -> datetime:
    """When the local day of a moment began."""
    there = ZoneInfo(zone)
    return instant_of(moment.astimezone(there).date(), time(0), there, 0)


def spread(ranges: list["Range"], pace: timedelta | None) -> list["Range"]:
    """The same ranges, released one after the other over the time of `pace`."""
    if not pace or not ranges:
        return ranges
    return [
        replace(each, release_at=each.release_at + pace * n / len(ranges))
        for n, each in enumerate(ranges)
    ]


def is_breaking_title(title: str, words: Iterable[str]) -> bool:
    """Whether a title begins as its publisher marks breaking news: "BREAKING: ..."."""
    opening = title.strip().casefold()
    return any(
        opening.startswith(word.casefold()) and not opening[len(word) : len(word) + 1].isalnum()
        for word in filter(None, words)
    )


def is_top(publisher_count: int, *, is_breaking: bool, least: int) -> bool:
    """Whether a story is for those who want the most important only."""
    return is_breaking or publisher_count >= least


def cut_ranges(crowds: Iterable[Crowd], releases: Mapping[int, datetime], size: int) -> list[Range]:
    """The audience in ranges of about `size` readers, one set of ranges per release instant."""
    blocks: dict[datetime, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    profiles: dict[datetime, set[int]] = defaultdict(set)
    for crowd in crowds:
        release = releases[crowd.profile_id]
        blocks[release][crowd.block] += crowd.count
        profiles[release].add(crowd.profile_id)
    ranges = []
    for release in sorted(blocks):
        first, gathered = 0, 0
        counts = sorted(blocks[release].items())
        for position, (block, count) in enumerate(counts):
            gathered += count
            is_last = position == len(counts) - 1
            if gathered >= size or is_last:
                last = BLOCKS - 1 if is_last else block
                ranges.append(
                    Range(
                        first_shard=first * SHARDS_PER_BLOCK,
                        last_shard=(last + 1) * SHARDS_PER_BLOCK - 1,
                        profile_ids=tuple(sorted(profiles[release])),
                        release_at=release,
                    )
                )
                first, gathered = block + 1, 0
    return ranges
