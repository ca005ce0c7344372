"""Many readers with one phone each, made inside the database: for failure tests and figures."""

from typing import Any

from django.db import connection

from articles.models import Tag
from notifications.models import QuietProfile

ROWS = (
    """
    CREATE TEMPORARY TABLE crowd AS
    SELECT n, gen_random_uuid() AS reader, gen_random_uuid() AS session
    FROM generate_series(1, %(size)s) AS n
    """,
    """
    INSERT INTO articles_reader (id, password, is_superuser, is_staff, is_active, created_at)
    SELECT reader, '!', false, false, true, now() FROM crowd
    """,
    """
    INSERT INTO articles_session (id, reader_id, label, secret_hash, created_at, seen_on)
    SELECT session, reader, '', uuid_send(session), now(), now() FROM crowd
    """,
    """
    INSERT INTO articles_follow (reader_id, tag_id, level, followed_at)
    SELECT reader, %(tag)s, 'all', now() - interval '1 day' FROM crowd WHERE n %% %(every)s = 0
    """,
    """
    INSERT INTO notifications_preference
        (reader_id, quiet_profile_id, is_on, daily_cap, gap_minutes, languages)
    SELECT reader, %(profile)s, true, %(cap)s, 0, '{}' FROM crowd
    """,
    """
    INSERT INTO notifications_device (id, reader_id, session_id, platform, app_version, locale,
        zone, address_kind, address, address_keys, address_digest, state, is_desk, gone_reason,
        seen_on, created_at)
    SELECT session, reader, session, 'android', '', '', 'UTC', 'fcm_token', address, '',
        substring(sha256(address::bytea) FOR 16), 'active', false, '', now(), now()
    FROM crowd, LATERAL (SELECT 'phone-of-the-crowd-' || reader::text) AS phone(address)
    """,
    "DROP TABLE crowd",
)


def make_crowd(size: int, tag: Tag, every: int = 1, cap: int = 0) -> None:
    """`size` readers, of whom every `every`-th follows the tag. No quiet hours, a cap or none."""
    profile, _ = QuietProfile.objects.get_or_create(zone="UTC", start="00:00", end="00:00")
    values: dict[str, Any] = {"size": size, "tag": tag.pk, "every": every, "cap": cap}
    values["profile"] = profile.pk
    with connection.cursor() as cursor:
        for statement in ROWS:
            cursor.execute(statement, values)
        cursor.execute("ANALYZE")
