"""How many readers an alert would reach, asked while an editor still writes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from notifications.audience import Audience, reached_levels, read_page, take_census
from notifications.planning import find_releases, midnight_before
from notifications.quota import Limits, get_quota
from notifications.releasing import read_profiles

SHARDS = 65_536
SAMPLE = 256  # of so many shards one is counted: about 2 % off at a million readers
SMALL = 5_000  # followers below which all are counted: a sample of few says nothing
ASKED_ABOUT_CAPS = 200

FOLLOWERS = """
    SELECT count(*) FROM (SELECT FROM articles_follow
                          WHERE tag_id = ANY(%s) AND ended_at IS NULL LIMIT %s) AS few
"""
WITHOUT_DEVICE = """
    SELECT count(DISTINCT f.reader_id)
    FROM articles_follow f
    WHERE f.tag_id = ANY(%(tags)s) AND f.ended_at IS NULL AND f.level = ANY(%(levels)s)
      AND f.shard BETWEEN %(first)s AND %(last)s
      AND NOT EXISTS (SELECT FROM notifications_device d
                      WHERE d.reader_id = f.reader_id AND d.state = 'active')
"""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Readers, by what would become of the alert if it were sent now."""

    followers: int
    now: int
    capped: int
    """Of those, who had enough alerts today or one a moment ago."""
    asleep: int
    asleep_until: datetime | None
    """When the first of those wake up."""
    muted: int
    other: int
    """Those who follow for the digest or the most important only, want none, or speak others."""
    deviceless: int
    """Of those now or asleep, who have no device that can be reached."""
    is_exact: bool


def estimate(tags: Sequence[UUID], now: datetime, *, is_breaking: bool = False) -> Estimate:
    """What would become of an editor's alert about these tags, counted in a sample of the shards
    where many follow them.
    """
    audience = Audience(
        tags=list(tags),
        levels=reached_levels(is_top=True),
        planned_at=now,
        languages=["und"],
        earlier=[],
        states=("active", "dormant") if is_breaking else ("active",),
    )
    is_exact = count_followers(audience) < SMALL
    shards = range(SHARDS if is_exact else SHARDS // SAMPLE)
    factor = 1 if is_exact else SAMPLE
    census = take_census(audience, shards)
    releases = find_releases(read_profiles(), now, is_breaking=is_breaking)
    awake = sum(crowd.count for crowd in census.crowds if releases[crowd.profile_id] <= now)
    later = [releases[c.profile_id] for c in census.crowds if releases[c.profile_id] > now]
    open_profiles = [profile_id for profile_id, at in releases.items() if at <= now]
    gap_counts = 0 if is_breaking else 1
    return Estimate(
        followers=census.counts["targeted"] * factor,
        now=awake * factor,
        capped=round(awake * factor * measure_capped(audience, open_profiles, shards, gap_counts)),
        asleep=(census.eligible - awake) * factor,
        asleep_until=min(later, default=None),
        muted=census.counts["muted"] * factor,
        other=sum(census.counts[name] for name in ("other_level", "off")) * factor,
        deviceless=count_deviceless(audience, shards) * factor,
        is_exact=is_exact,
    )


def count_followers(audience: Audience) -> int:
    """Rows, up to SMALL."""
    with connection.cursor() as cursor:
        cursor.execute(FOLLOWERS, [audience.tags, SMALL])
        [[count]] = cursor.fetchall()
    return int(count)


def measure_capped(
    audience: Audience, profiles: list[int], shards: range, gap_counts: int
) -> float:
    """The share of some awake readers who would be held back by cap or gap."""
    rows = read_page(
        audience,
        (shards[0], UUID(int=0)),
        ASKED_ABOUT_CAPS,
        profiles=profiles,
        last_shard=shards[-1],
    )
    readers = {each.reader: each for each in rows if each.device}
    zones = {pk: quiet.zone for pk, quiet in read_profiles().items()}
    limits = [
        Limits(
            UUID(bytes=each.reader),
            each.daily_cap,
            each.gap_minutes * 60 * gap_counts,
            midnight_before(audience.planned_at, zones[each.profile_id]).timestamp(),
        )
        for each in readers.values()
    ]
    answers = get_quota().admit("", audience.planned_at.timestamp(), limits)
    return sum(map(bool, answers)) / len(answers) if answers else 0


def count_deviceless(audience: Audience, shards: range) -> int:
    values = audience.values() | {"first": shards[0], "last": shards[-1]}
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_DEVICE, values)
        [[count]] = cursor.fetchall()
    return int(count)
