"""How alerts stand with readers: told, or why not. Computed when it is asked, from follows, batches
and what was held back, since there is no row per recipient. The inbox, the digest and the trace of
"why did I not get it?" all read this.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection


class Standing(StrEnum):
    """Why a reader's phone shows an alert or does not."""

    TOLD = "told"
    SENDING = "sending"
    """It is on its way."""
    ASLEEP = "asleep"
    """It comes when the reader's quiet hours end, at `until`."""
    QUIET = "quiet"
    """The quiet hours outlasted it."""
    CAP = "cap"
    """The reader had had enough alerts that day."""
    GAP = "gap"
    """The reader had had an alert a moment before."""
    LEVEL = "level"
    """The reader follows the tag for the digest, or for the most important only."""
    LANGUAGE = "language"
    """It is told in none of the reader's languages."""
    OFF = "off"
    """The reader wants no alerts."""
    MUTED = "muted"
    STOPPED = "stopped"
    """It was cancelled or came to its end before it reached the reader."""
    DEVICELESS = "deviceless"
    """The reader has no device that can be reached."""


WAITED = (Standing.QUIET, Standing.CAP, Standing.GAP, Standing.LEVEL, Standing.STOPPED)
"""What a digest catches up on."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How one alert stands with one reader."""

    reader_id: UUID
    alert_id: UUID
    standing: Standing
    until: datetime | None
    """When it comes, for who is asleep."""
    is_opened: bool


STANDINGS = """
    WITH asked AS (
        SELECT * FROM unnest(%(readers)s::uuid[], %(since)s::timestamptz[])
            AS asked(reader_id, since)
    ), concerned AS (
        SELECT a.id AS alert_id, f.reader_id,
            bool_or(f.level = 'mute') AS is_muted,
            bool_or(f.level = ANY(a.levels) AND f.followed_at <= a.planned_at) AS is_reached
        FROM asked
        JOIN articles_follow f ON f.reader_id = asked.reader_id AND f.ended_at IS NULL
        JOIN notifications_alert_tags t ON t.tag_id = f.tag_id
        JOIN notifications_alert a ON a.id = t.alert_id
        WHERE a.planned_at > asked.since AND a.planned_at <= %(until)s
            AND (%(alerts)s::uuid[] IS NULL OR a.id = ANY(%(alerts)s::uuid[]))
        GROUP BY 1, 2
        HAVING bool_or(f.followed_at <= a.planned_at)
    )
    SELECT c.reader_id, c.alert_id,
        CASE
            WHEN c.is_muted THEN 'muted'
            WHEN NOT p.is_on THEN 'off'
            WHEN NOT (p.languages = '{}' OR a.language = 'und' OR a.language = ANY(p.languages)
                      OR a.variants ?| p.languages::text[]) THEN 'language'
            WHEN NOT c.is_reached THEN 'level'
            WHEN b.id IS NULL THEN 'quiet'
            WHEN h.reason IS NOT NULL THEN h.reason
            WHEN (b.cursor_shard, b.cursor_reader) >= (p.shard, p.reader_id) THEN
                CASE WHEN EXISTS (SELECT FROM notifications_device d
                                  WHERE d.reader_id = p.reader_id AND d.state <> 'gone')
                     THEN 'told' ELSE 'deviceless' END
            WHEN b.state IN ('expired', 'cancelled') THEN 'stopped'
            WHEN b.state = 'done' THEN 'told'
            WHEN b.release_at > %(now)s THEN 'asleep'
            ELSE 'sending'
        END,
        b.release_at,
        EXISTS (SELECT FROM notifications_reaction x
                JOIN notifications_device d ON d.id = x.device_id
                WHERE x.alert_id = a.id AND x.kind = 'opened' AND d.reader_id = p.reader_id)
    FROM concerned c
    JOIN notifications_alert a ON a.id = c.alert_id
    JOIN notifications_preference p ON p.reader_id = c.reader_id
    LEFT JOIN notifications_batch b ON b.alert_id = a.id
        AND p.shard BETWEEN b.first_shard AND b.last_shard
        AND CASE WHEN p.quiet_changed_at > a.planned_at
                 THEN coalesce(p.previous_quiet_profile_id, p.quiet_profile_id)
                 ELSE p.quiet_profile_id END = ANY(b.quiet_profiles)
    LEFT JOIN notifications_holdback h ON h.batch_id = b.id
        AND p.shard BETWEEN h.first_shard AND h.last_shard AND h.reader_ids @> ARRAY[p.reader_id]
"""


def find_standings(
    since: Sequence[tuple[UUID, datetime]],
    *,
    until: datetime,
    now: datetime,
    alerts: Iterable[UUID] | None = None,
) -> list[Stand]:
    """How the alerts about what readers follow stand with each of them.

    `since`: readers, each with the moment after which alerts planned for it are looked at;
    `alerts`: only these.
    """
    values: dict[str, Any] = {
        "readers": [reader_id for reader_id, _ in since],
        "since": [moment for _, moment in since],
        "until": until,
        "now": now,
        "alerts": None if alerts is None else list(alerts),
    }
    with connection.cursor() as cursor:
        cursor.execute(STANDINGS, values)
        return [
            Stand(reader, alert, Standing(word), at if word == Standing.ASLEEP else None, opened)
            for reader, alert, word, at, opened in cursor.fetchall()
        ]
