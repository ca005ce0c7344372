"""Who is next to get a digest, and what it says: every reader's is their own."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from notifications.digests import Catch, catch_up
from notifications.dispatch.run import Flight, Run
from notifications.planning import last_digest, midnight_before
from notifications.quota import Limits, get_quota
from notifications.releasing import read_profiles
from notifications.transports.base import Message, Notice
from notifications.wording import make_digest

CHUNK = """
    WITH next AS (
        SELECT one.shard, one.reader_id
        FROM unnest(%(profiles)s) AS profile(id) CROSS JOIN LATERAL (
            SELECT p.shard, p.reader_id FROM notifications_preference p
            WHERE p.quiet_profile_id = profile.id AND p.is_on
              AND (p.shard, p.reader_id) > (%(shard)s, %(reader)s) AND p.shard <= %(last_shard)s
            ORDER BY p.shard, p.reader_id LIMIT %(limit)s) one
        ORDER BY one.shard, one.reader_id LIMIT %(limit)s
    )
    SELECT n.shard, n.reader_id, p.quiet_profile_id, d.id, d.address_kind, d.address,
        d.address_keys,
        p.languages || lower(split_part(replace(d.locale, '_', '-'), '-', 1))::varchar
    FROM next n
    JOIN notifications_preference p ON p.reader_id = n.reader_id
    LEFT JOIN notifications_device d ON d.reader_id = n.reader_id AND d.state = 'active'
        AND NOT EXISTS (SELECT FROM articles_session s
                        WHERE s.id = d.session_id AND s.revoked_at IS NOT NULL)
    ORDER BY n.shard, n.reader_id, d.id
"""


class Subscriber(NamedTuple):
    """One device of a reader whose digest is due; without one the last five are None."""

    shard: int
    reader_id: UUID
    profile_id: int
    device_id: UUID
    address_kind: str
    address: str
    address_keys: str
    languages: list[str]


def read_digests(run: Run) -> Flight | None:
    """The next readers whose digest says something; None where nobody is left."""
    if run.is_read:
        return None
    rows = read_subscribers(run)
    readers = list(dict.fromkeys((row.shard, row.reader_id, row.profile_id) for row in rows))
    reached = [row for row in rows if row.device_id]
    caught = find_caught(run, {(row.reader_id, row.profile_id) for row in reached})
    told = [row for row in reached if row.reader_id in caught]
    time_left = run.leave.ask(len(told))
    if time_left is None:
        return None
    if readers:
        run.cursor = readers[-1][:2]
    run.is_read = len(readers) < run.chunk_size
    flight = Flight(run, run.cursor, deviceless=len(rows) - len(reached))
    flight.load(
        [
            Message(
                make_notice(run, caught[row.reader_id], row.languages, time_left),
                row.device_id.bytes,
                row.address_kind,
                row.address,
                row.address_keys,
                flight,
            )
            for row in told
        ]
    )
    return flight


def read_subscribers(run: Run) -> list[Subscriber]:
    shard, reader_id = run.cursor
    values: dict[str, Any] = {
        "profiles": run.batch.quiet_profiles,
        "shard": shard,
        "reader": reader_id,
        "last_shard": run.batch.last_shard,
        "limit": run.chunk_size,
    }
    with connection.cursor() as database:
        database.execute(CHUNK, values)
        return [Subscriber._make(row) for row in database.fetchall()]


def find_caught(run: Run, readers: set[tuple[UUID, int]]) -> dict[UUID, Catch]:
    """What each reader has missed since the digest before; nothing for who had one today."""
    moment = run.alert.published_at
    profiles = read_profiles()
    since: list[tuple[UUID, datetime]] = []
    limits: list[Limits] = []
    for reader_id, profile_id in sorted(readers):
        quiet = profiles[profile_id]
        moments = last_digest(quiet, moment)
        if moments:
            since.append((reader_id, moments[1]))
            midnight = midnight_before(moment, quiet.zone).timestamp()
            limits.append(Limits(reader_id, 1, 0, midnight))
    caught = catch_up(since, moment, moment)
    asked = [limit for limit in limits if limit.reader_id in caught]
    answers = get_quota().admit(run.alert.pk.hex, moment.timestamp(), asked, of="digest")
    for limit, refusal in zip(asked, answers, strict=True):
        if refusal:
            del caught[limit.reader_id]
    return caught


def make_notice(run: Run, caught: Catch, languages: list[str], time_left: timedelta) -> Notice:
    variants = [alert.told_in(languages) for alert in caught.alerts]
    language = next(iter(languages), "en")
    title, body = make_digest([each.title for each in variants], caught.count, language)
    return Notice(
        alert_id=run.alert.pk,
        story_id=None,
        kind=run.alert.kind,
        language=language,
        title=title,
        body=body,
        image_url="",
        link=variants[0].link if caught.count == 1 else f"{settings.SITE_URL}/",
        tags=(),
        is_breaking=False,
        expires_at=run.alert.expires_at,
        time_to_live=time_left,
        replaces=run.mark,
    )
