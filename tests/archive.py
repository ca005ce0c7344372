"""Years of news and a city of readers, made inside the database: for figures.

Tags, words and followers are spread as in life: a few are everywhere, most are rare.
"""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection

from articles.models import Publisher, Section

COMMON = (
    """
    CREATE OR REPLACE FUNCTION id_of(kind text, n bigint) RETURNS uuid
    LANGUAGE sql IMMUTABLE AS
    $$ SELECT md5(kind || n)::uuid $$
    """,
    """
    CREATE OR REPLACE FUNCTION some_words(fewest int, most int) RETURNS text
    LANGUAGE sql VOLATILE AS
    $$ SELECT string_agg('word' || floor(20000 * random() ^ 3)::int, ' ')
       FROM generate_series(1, fewest + floor(random() * (most - fewest))::int) $$
    """,
)
TAGS = """
    INSERT INTO articles_tag (id, name, slug, label, labels, folded, kind, is_active, may_alert,
        expected_alerts_per_day, created_at)
    SELECT id_of('tag', n), 'Tag' || n, 'tag' || n, 'Tag ' || n, '{}',
        'tag' || n || E'\\ntag ' || n, 'subject', true, true, 1, now() - n * interval '1 minute'
    FROM generate_series(%(first)s, %(last)s) AS n
"""
ARTICLES = (
    """
    CREATE TEMPORARY TABLE fresh AS
    SELECT n, id_of('article', n) AS id, id_of('story', n / 3) AS story,
        now() - (%(total)s - n) * interval '1 minute' AS at,
        some_words(6, 12) AS title, some_words(20, 40) AS summary
    FROM generate_series(%(first)s, %(last)s) AS n
    """,
    """
    INSERT INTO articles_story (id, language, first_published_at, last_published_at,
        is_lead_chosen, is_locked, is_breaking, created_at)
    SELECT story, 'en', min(at), max(at), false, false, false, now() FROM fresh GROUP BY story
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO articles_article (id, publisher_id, section_id, story_id, url, title, summary,
        authors, keywords, image_url, is_paywalled, language, published_at, first_seen_at,
        changed_at, is_hidden, is_backlog, is_copy, key, url_hash, content_hash, edit_count, page,
        state)
    SELECT id, id_of('publisher', 1 + n %% 200), 1 + n %% 12, story,
        'https://publisher-' || 1 + n %% 200 || '.example/' || n, title, summary, '[]', '[]',
        'https://publisher-' || 1 + n %% 200 || '.example/' || n || '.jpg', false, 'en', at, at, at,
        false, true, false, n::text, decode(md5(n::text), 'hex'), '', 0, 'unwanted', 'announced'
    FROM fresh
    """,
    """
    INSERT INTO articles_articletext (article_id, html, stored_at)
    SELECT id, '<p>' || summary || '</p>', now() FROM fresh WHERE n %% 10 = 0
    """,
    """
    INSERT INTO articles_articletag
        (article_id, tag_id, rule, mention_count, why, published_at, is_late)
    SELECT id, id_of('tag', 1 + floor(%(tags)s * random() ^ 3)::bigint), 'push', 2, '[]', at, false
    FROM fresh, generate_series(1, 3) ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO articles_articlewords (article_id, published_at, vector)
    SELECT id, at, setweight(to_tsvector('english', title), 'A')
        || setweight(to_tsvector('english', summary), 'B') FROM fresh
    """,
    "DROP TABLE fresh",
)
READERS = (
    """
    INSERT INTO articles_reader (id, password, is_superuser, is_staff, is_active, created_at)
    SELECT id_of('reader', n), '!', false, false, true, now()
    FROM generate_series(%(first)s, %(last)s) AS n
    """,
    """
    INSERT INTO articles_session (id, reader_id, label, secret_hash, created_at, seen_on)
    SELECT id_of('session', n), id_of('reader', n), '', sha256(('secret-' || n)::bytea),
        now(), now()
    FROM generate_series(%(first)s, %(last)s) AS n
    """,
    """
    INSERT INTO articles_follow (reader_id, tag_id, level, followed_at)
    SELECT DISTINCT id_of('reader', n), id_of('tag', 1 + floor(%(tags)s * random() ^ 3)::bigint),
        'all', now()
    FROM generate_series(%(first)s, %(last)s) AS n, generate_series(1, %(follows)s)
    """,
)
INDEXES = """
    SELECT indexdef, format('DROP INDEX %I', indexname) FROM pg_indexes
    WHERE tablename = 'articles_follow' AND indexname <> 'articles_follow_pkey'
"""
WARM = """
    SELECT pg_prewarm(oid) FROM (
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i')
        ORDER BY pg_relation_size(c.oid) DESC) AS largest_first
"""
AT_ONCE = 20_000
PUBLISHERS, SECTIONS = 200, 12
Progress = Callable[[int, int], None]


def begin() -> None:
    """Make what the rest belongs to; the few rows by the models, which know their own defaults."""
    run(*COMMON)
    Publisher.objects.bulk_create(make_publisher(number) for number in range(1, PUBLISHERS + 1))
    Section.objects.bulk_create(
        Section(pk=number, name=f"Section {number}", slug=f"section-{number}")
        for number in range(1, SECTIONS + 1)
    )


def make_publisher(number: int) -> Publisher:
    slug = f"publisher-{number}"
    pk = UUID(hashlib.md5(f"publisher{number}".encode()).hexdigest())  # as id_of makes it
    home = f"https://{slug}.example/"
    return Publisher(pk=pk, name=f"Publisher {number}", slug=slug, home_url=home)


def make_tags(count: int) -> None:
    run(TAGS, first=1, last=count)


def make_articles(first: int, last: int, *, total: int, tags: int, tell: Progress) -> None:
    """Articles first to last of so many, one a minute, each with three of so many tags."""
    for begin_at in range(first, last + 1, AT_ONCE):
        end = min(begin_at + AT_ONCE - 1, last)
        run(*ARTICLES, first=begin_at, last=end, total=total, tags=tags)
        tell(end, last)


def make_readers(first: int, last: int, *, follows: int, tags: int, tell: Progress) -> None:
    """Readers with a session each, whose secret is "secret-<number>". Indexes of follows are built
    at the end and foreign keys not looked up: otherwise 20,000,000 follows take half an hour.
    """
    run("SET session_replication_role = replica")
    indexes = ask(INDEXES)
    run(*(drop for _, drop in indexes))
    for begin_at in range(first, last + 1, AT_ONCE):
        end = min(begin_at + AT_ONCE - 1, last)
        run(*READERS, first=begin_at, last=end, follows=follows, tags=tags)
        tell(end, last)
    run("SET maintenance_work_mem = '1GB'", *(create for create, _ in indexes))
    run("RESET session_replication_role", "RESET maintenance_work_mem")


def come_to_rest() -> None:
    """As a database is after a day of readers: with nothing left for autovacuum, which index-only
    scans need, none of the load's pages to be written any more, and in memory what fits there, the
    smallest for sure. Otherwise whoever asks first waits for the disk.
    """
    run("VACUUM ANALYZE", "CHECKPOINT", "CREATE EXTENSION IF NOT EXISTS pg_prewarm", WARM)


def run(*statements: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values or None)


def ask(statement: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
