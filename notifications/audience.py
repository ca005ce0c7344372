"""Who hears an alert: the one question that has to be fast at a million devices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from articles.models import Follow
from articles.models.statement import ask
from notifications.models import Alert
from notifications.planning import SHARDS_PER_BLOCK, Crowd

# A profile that was changed after planning counts as the old one, so that nobody falls between the
# batch that was told now and the one that is told in the morning.
PROFILE_WHEN_PLANNED = """
    CASE WHEN p.quiet_changed_at > %(planned_at)s
         THEN coalesce(p.previous_quiet_profile_id, p.quiet_profile_id)
         ELSE p.quiet_profile_id END
"""
MOST_DEVICES = 100  # of one reader
FOLLOWED = "f.ended_at IS NULL AND f.followed_at <= %(planned_at)s"
# Subqueries with a limit, and no EXISTS: that may be planned as one reading of all follows.
MUTED = """
    (SELECT true FROM articles_follow m WHERE m.tag_id %(is_tag)s AND m.level = 'mute'
     AND m.ended_at IS NULL AND m.shard = r.shard AND m.reader_id = r.reader_id LIMIT 1) IS NOT NULL
"""
# Whom an earlier alert of the same story was for, at the levels that one reached.
TOLD = """
    (SELECT true FROM articles_follow x
     JOIN notifications_alert_tags t ON t.tag_id = x.tag_id
     JOIN notifications_alert a ON a.id = t.alert_id
     WHERE x.reader_id = r.reader_id AND a.id = ANY(%(earlier)s::uuid[])
       AND x.level = ANY(a.levels) AND x.ended_at IS NULL AND x.followed_at <= a.planned_at
     LIMIT 1) IS NOT NULL
"""
SPEAKS = """
    (p.languages = '{}' OR 'und' = ANY(%(languages)s) OR p.languages && %(languages)s::varchar[])
"""
# Readers who follow a tag of the alert at any level, with what keeps some of them out of a batch.
COUNT = f"""
    SELECT r.block, {PROFILE_WHEN_PLANNED}, count(*),
        count(*) FILTER (WHERE r.is_muted),
        count(*) FILTER (WHERE NOT r.is_muted AND NOT r.is_reached),
        count(*) FILTER (WHERE NOT r.is_muted AND r.is_reached AND NOT p.is_on),
        count(*) FILTER (WHERE NOT r.is_muted AND r.is_reached AND p.is_on AND NOT {SPEAKS}),
        count(*) FILTER (WHERE NOT r.is_muted AND r.is_reached AND p.is_on AND {SPEAKS}
                         AND NOT %(is_for)s)
    FROM (SELECT f.shard / {SHARDS_PER_BLOCK} AS block, f.reader_id,
                 bool_or(f.level = 'mute') AS is_muted,
                 bool_or(f.level = ANY(%(levels)s)) AS is_reached
          FROM articles_follow f
          WHERE f.tag_id = ANY(%(tags)s) AND {FOLLOWED} AND %(shards)s
          GROUP BY 1, 2) r
    JOIN notifications_preference p ON p.reader_id = r.reader_id
    GROUP BY 1, 2
"""  # noqa: S608 - built from the constants above, values are bound
# One tag's followers, along their index.
FOLLOWERS = f"""
    (SELECT f.shard, f.reader_id FROM articles_follow f
     WHERE f.tag_id = (%(tags)s::uuid[])[%(place)s] AND f.level = ANY(%(levels)s) AND {FOLLOWED}
       AND (f.shard, f.reader_id) > (%(shard)s, %(reader)s) AND f.shard <= %(last_shard)s
     ORDER BY f.shard, f.reader_id LIMIT %(limit)s)
"""  # noqa: S608 - as above
# Each tag's followers are walked along their index and merged, where a join with DISTINCT and LIMIT
# sorts the whole audience each time (1.4 s measured). What is known of each reader is looked up one
# by one: plain joins may be planned as a reading of all readers and devices. By the shard, too: so
# each look-up is next to the one before, which saves PostgreSQL a quarter. And nothing is sorted
# that comes in order: so the first rows are there while the last are still looked for.
PAGE = f"""
    SELECT r.shard, uuid_send(r.reader_id), uuid_send(d.id),
        d.address_kind, d.address, d.address_keys,
        p.daily_cap, p.gap_minutes, p.quiet_profile_id, %(wishes)s
    FROM (
        SELECT DISTINCT every.shard, every.reader_id FROM (%(followers)s) every
        ORDER BY every.shard, every.reader_id LIMIT %(limit)s
    ) r
    LEFT JOIN LATERAL (
        SELECT p.* FROM notifications_preference p
        WHERE p.shard = r.shard AND p.reader_id = r.reader_id
          AND {PROFILE_WHEN_PLANNED} = ANY(%(profiles)s) AND {SPEAKS} AND %(is_for)s
        LIMIT 1) p ON true
    LEFT JOIN LATERAL (  -- by r, since PostgreSQL would keep what it found by p in vain
        SELECT d.* FROM notifications_device d
        WHERE d.shard = r.shard AND d.reader_id = r.reader_id AND p.reader_id IS NOT NULL
          AND d.state = ANY(%(states)s)
          AND NOT EXISTS (SELECT FROM articles_session s
                          WHERE s.id = d.session_id AND s.revoked_at IS NOT NULL)
        LIMIT {MOST_DEVICES}) d ON true
    ORDER BY r.shard, r.reader_id
"""  # noqa: S608 - as above
WISHES = "p.languages || lower(split_part(replace(d.locale, '_', '-'), '-', 1))::varchar"
REASONS = ("muted", "other_level", "off", "other_language", "not_concerned")


class Listener(NamedTuple):
    """One device of a reader whom a batch's tags reach; the last four are the reader's. A reader
    without a device has one, too; and no cap, either, where the alert is not for them.

    Ids are 16 bytes: to make UUIDs of them would take as long as to read all the rest.
    """

    shard: int
    reader: bytes
    device: bytes
    address_kind: str
    address: str
    address_keys: str
    daily_cap: int
    gap_minutes: int
    profile_id: int
    languages: list[str] | None
    """The reader's, the favourite first, then the device's; None where there is no choice."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an alert is for: frozen at `planned_at`, whatever readers do later."""

    tags: list[UUID]
    levels: list[str]
    planned_at: datetime
    languages: list[str]
    """In which the alert can be told."""
    earlier: list[UUID]
    """Alerts of the same story."""
    is_replacing: bool = False
    """For those whom the earlier alerts were for; else for all others."""
    is_removal: bool = False
    """Nothing is shown: it goes to all who follow, even those who want no alerts since then."""
    states: tuple[str, ...] = ("active",)
    """Of devices. Those not seen for a month get what is breaking only."""

    def values(self) -> dict[str, Any]:
        return {
            "tags": self.tags,
            "levels": self.levels,
            "planned_at": self.planned_at,
            "languages": self.languages,
            "earlier": self.earlier,
            "states": list(self.states),
        }

    def is_for(self, *, is_counted: bool = False) -> str:
        """The condition on a reader `r` with preference `p`, as SQL; counted ones are known to be
        on and not muted.
        """
        if self.is_removal:
            return "true"
        # An array is taken apart for each reader anew: a fifth of PostgreSQL's time for one tag.
        is_tag = "= (%(tags)s::uuid[])[1]" if len(self.tags) == 1 else "= ANY(%(tags)s)"
        parts = [] if is_counted else ["p.is_on", f"NOT ({MUTED.replace('%(is_tag)s', is_tag)})"]
        if self.is_replacing:
            parts.append(TOLD)
        elif self.earlier:
            parts.append(f"NOT ({TOLD})")
        return f"({' AND '.join(parts) or 'true'})"


def audience_of(alert: Alert) -> Audience:
    earlier: list[UUID] = []
    planned_at = alert.planned_at or alert.created_at
    if alert.story and alert.kind != Alert.Kind.INITIAL:
        before = Alert.objects.filter(story__in=alert.story.group(), planned_at__lte=planned_at)
        told = before.exclude(pk=alert.pk).exclude(kind__in=Alert.REPLACING)
        earlier = list(told.values_list("pk", flat=True))
    is_removal = alert.kind == Alert.Kind.RETRACTION
    return Audience(
        tags=list(alert.tags.values_list("pk", flat=True)),
        levels=list(Follow.Level.values) if is_removal else alert.levels,
        planned_at=planned_at,
        languages=["und"] if is_removal else alert.spoken(),
        earlier=earlier,
        is_replacing=alert.kind in Alert.REPLACING,
        is_removal=is_removal,
        states=("active", "dormant") if alert.is_breaking or is_removal else ("active",),
    )


@dataclass(frozen=True)
class Census:
    """An audience, counted: those for a batch by block and profile, the others by reason."""

    crowds: list[Crowd]
    counts: dict[str, int]

    @property
    def eligible(self) -> int:
        return sum(crowd.count for crowd in self.crowds)


def take_census(audience: Audience, shards: range | None = None) -> Census:
    """Count an audience, or the part of it in these shards."""
    condition = "true" if shards is None else "f.shard BETWEEN %(first)s AND %(last)s"
    query = COUNT.replace("%(shards)s", condition)
    query = query.replace("%(is_for)s", audience.is_for(is_counted=True))
    values = audience.values()
    if shards is not None:
        values |= {"first": shards[0], "last": shards[-1]}
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[tuple[int, ...]] = cursor.fetchall()
    if audience.is_removal:  # neither mute nor off keeps what is shown on a phone
        rows = [(*row[:3], 0, 0, 0, 0, 0) for row in rows]
    counts = {"targeted": sum(row[2] for row in rows)}
    counts |= {reason: sum(row[3 + n] for row in rows) for n, reason in enumerate(REASONS)}
    crowds = [Crowd(row[0], row[1], row[2] - sum(row[3:])) for row in rows]
    return Census([crowd for crowd in crowds if crowd.count], counts)


def ask_page(
    audience: Audience,
    cursor: tuple[int, UUID],
    limit: int,
    *,
    profiles: list[int],
    last_shard: int,
) -> tuple[str, dict[str, Any]]:
    """The statement that finds the next readers after the cursor, at most `limit`, as the columns
    of a Listener; and its values. Its plan is to depend on how many readers follow.
    """
    places = range(1, max(1, len(audience.tags)) + 1)
    followers = "UNION ALL".join(FOLLOWERS.replace("%(place)s", str(place)) for place in places)
    query = PAGE.replace("%(followers)s", followers).replace("%(is_for)s", audience.is_for())
    query = query.replace("%(wishes)s", WISHES if len(audience.languages) > 1 else "NULL")
    return query.replace("%(limit)s", str(limit)), audience.values() | {
        "profiles": profiles,
        "last_shard": last_shard,
        "shard": cursor[0],
        "reader": cursor[1],
    }


def read_page(
    audience: Audience,
    cursor: tuple[int, UUID],
    limit: int,
    *,
    profiles: list[int],
    last_shard: int,
) -> list[Listener]:
    """The next readers after the cursor, at most `limit`."""
    page = ask_page(audience, cursor, limit, profiles=profiles, last_shard=last_shard)
    return [Listener._make(row) for row in ask(*page, is_binary=True, is_prepared=False)]


def reached_levels(*, is_top: bool) -> list[str]:
    """The levels of follow that an alert reaches."""
    return [Follow.Level.ALL, Follow.Level.TOP] if is_top else [Follow.Level.ALL]
