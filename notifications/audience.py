"""Who hears an alert: the one question that has to be fast at a million devices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from notifications.models import Alert
from notifications.planning import SHARDS_PER_BLOCK, Crowd

# A profile that was changed after planning counts as the old one, so that nobody falls between the
# batch that was told now and the one that is told in the morning.
PROFILE_WHEN_PLANNED = """
    CASE WHEN p.quiet_changed_at > %(planned_at)s
         THEN coalesce(p.previous_quiet_profile_id, p.quiet_profile_id)
         ELSE p.quiet_profile_id END
"""
REACHED_BY_TAG = """
    f.level = ANY(%(levels)s) AND f.ended_at IS NULL AND f.followed_at <= %(planned_at)s
"""
MUTED = """
    EXISTS (SELECT FROM articles_follow m WHERE m.reader_id = r.reader_id AND m.level = 'mute'
            AND m.ended_at IS NULL AND m.tag_id = ANY(%(tags)s))
"""
# Whom an earlier alert of the same story was for.
TOLD = """
    EXISTS (SELECT FROM notifications_alert a
            JOIN notifications_alert_tags t ON t.alert_id = a.id
            JOIN articles_follow x ON x.tag_id = t.tag_id AND x.reader_id = r.reader_id
            WHERE a.id = ANY(%(earlier)s::uuid[]) AND x.level = ANY(%(levels)s)
              AND x.ended_at IS NULL AND x.followed_at <= a.planned_at)
"""
IS_FOR = f"""
    NOT {MUTED} AND (p.languages = '{{}}' OR 'und' = ANY(%(languages)s)
         OR p.languages && %(languages)s::varchar[])
    AND (cardinality(%(earlier)s::uuid[]) = 0 OR NOT {TOLD})
"""
COUNT = f"""
    SELECT r.block, {PROFILE_WHEN_PLANNED} AS profile_id, count(*)
    FROM (SELECT DISTINCT f.shard / {SHARDS_PER_BLOCK} AS block, f.reader_id
          FROM articles_follow f WHERE f.tag_id = ANY(%(tags)s) AND {REACHED_BY_TAG}) r
    JOIN notifications_preference p ON p.reader_id = r.reader_id
    WHERE {IS_FOR}
    GROUP BY 1, 2
"""  # noqa: S608 - built from the constants above, values are bound
# Each tag's followers are walked along their index and merged: 3.8 ms for 500 readers, where a join
# with DISTINCT and LIMIT sorts the whole audience for every chunk (1.4 s measured).
CHUNK = f"""
    WITH reached AS (
        SELECT DISTINCT one.shard, one.reader_id
        FROM unnest(%(tags)s) AS tag(id) CROSS JOIN LATERAL (
            SELECT f.shard, f.reader_id FROM articles_follow f
            WHERE f.tag_id = tag.id AND {REACHED_BY_TAG}
              AND (f.shard, f.reader_id) > (%(shard)s, %(reader)s) AND f.shard <= %(last_shard)s
            ORDER BY f.shard, f.reader_id LIMIT %(limit)s) one
        ORDER BY one.shard, one.reader_id LIMIT %(limit)s
    )
    SELECT r.shard, r.reader_id, d.id, d.address_kind, d.address, p.daily_cap, q.zone,
        p.languages || lower(split_part(replace(d.locale, '_', '-'), '-', 1))::varchar
    FROM reached r
    LEFT JOIN notifications_preference p ON p.reader_id = r.reader_id
        AND {PROFILE_WHEN_PLANNED} = ANY(%(profiles)s) AND {IS_FOR}
    LEFT JOIN notifications_quietprofile q ON q.id = p.quiet_profile_id
    LEFT JOIN notifications_device d ON d.reader_id = p.reader_id AND d.state = 'active'
        AND NOT EXISTS (SELECT FROM articles_session s
                        WHERE s.id = d.session_id AND s.revoked_at IS NOT NULL)
    ORDER BY r.shard, r.reader_id, d.id
"""  # noqa: S608 - as above


Row = tuple[int, UUID, UUID | None, str, str, int, str, list[str]]


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an alert is for: frozen at `planned_at`, whatever readers do later."""

    tags: list[UUID]
    levels: list[str]
    planned_at: datetime
    languages: list[str]
    """In which the alert can be told."""
    earlier: list[UUID]
    """Alerts of the same story: whom they were for is not told again."""

    def values(self) -> dict[str, Any]:
        return {
            "tags": self.tags,
            "levels": self.levels,
            "planned_at": self.planned_at,
            "languages": self.languages,
            "earlier": self.earlier,
        }


@dataclass(frozen=True, slots=True)
class Listener:
    """One device of one reader who is to hear an alert."""

    shard: int
    reader_id: UUID
    device_id: UUID
    address_kind: str
    address: str
    daily_cap: int
    zone: str
    languages: list[str]
    """The reader's, the favourite first, then the device's."""


@dataclass(frozen=True)
class Chunk:
    """The next listeners of a batch, and the cursor once they have been told."""

    listeners: list[Listener]
    cursor: tuple[int, UUID]
    is_last: bool


def audience_of(alert: Alert) -> Audience:
    earlier: list[UUID] = []
    planned_at = alert.planned_at or alert.created_at
    if alert.story and alert.kind != Alert.Kind.INITIAL:
        before = Alert.objects.filter(story__in=alert.story.group(), planned_at__lte=planned_at)
        earlier = list(before.exclude(pk=alert.pk).values_list("pk", flat=True))
    tags = list(alert.tags.values_list("pk", flat=True))
    return Audience(tags, alert.levels(), planned_at, alert.languages(), earlier)


def count_crowds(audience: Audience) -> list[Crowd]:
    """The audience of an alert by block of shards and quiet profile."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, audience.values())
        return [Crowd(*row) for row in cursor.fetchall()]


def read_chunk(
    audience: Audience,
    *,
    profiles: list[int],
    last_shard: int,
    cursor: tuple[int, UUID],
    limit: int,
) -> Chunk:
    """At most `limit` listeners after the cursor, and never half of a reader's devices.

    A reader with more than `limit` devices is told on all of them at once.
    """
    values = audience.values() | {
        "profiles": profiles,
        "last_shard": last_shard,
        "shard": cursor[0],
        "reader": cursor[1],
        "limit": limit,
    }
    with connection.cursor() as database:
        database.execute(CHUNK, values)
        rows = database.fetchall()
    if not rows:
        return Chunk([], cursor, is_last=True)
    readers = list(dict.fromkeys((row[0], row[1]) for row in rows))
    kept = keep_whole_readers(rows, limit)
    is_last = len(readers) < limit and len(kept) == len(rows)
    listeners = [Listener(row[0], row[1], row[2], *row[3:]) for row in kept if row[2] is not None]
    return Chunk(listeners, (kept[-1][0], kept[-1][1]), is_last)


def keep_whole_readers(rows: list[Row], limit: int) -> list[Row]:
    """The first rows up to `limit`, cut where a reader ends; at least one reader."""
    if len(rows) <= limit:
        return rows
    end = limit
    while end and rows[end][1] == rows[end - 1][1]:
        end -= 1
    if end == 0:
        end = next((n for n, row in enumerate(rows) if row[1] != rows[0][1]), len(rows))
    return rows[:end]
