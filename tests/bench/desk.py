"""Every list of the desk: its queries, and its time at 1,000,000 rows beside that at 10,000."""

import time
from typing import Any

from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.corrections import merge_tags
from tests import make
from tests.bench.table import Row, show_progress
from tests.crowd import make_crowd
from tests.desk import address, make_editor

FEW, MANY = 10_000, 1_000_000
TIMES = 15
# A story with an article each, spread over a year; an alert and its batch; a tag with its alias.
NEWS = """
    CREATE TEMPORARY TABLE made AS
    SELECT n, gen_random_uuid() AS story, gen_random_uuid() AS article, gen_random_uuid() AS alert,
           now() - n * interval '20 seconds' AS at
    FROM generate_series(%(first)s, %(last)s) AS n;
    INSERT INTO articles_story (id, language, first_published_at, last_published_at,
        is_lead_chosen, is_locked, is_breaking, created_at)
    SELECT story, 'en', at, at, false, false, false, at FROM made;
    INSERT INTO articles_article (id, publisher_id, story_id, url, title, summary, authors,
        keywords, image_url, is_paywalled, language, published_at, first_seen_at, changed_at,
        is_hidden, is_backlog, is_copy, key, url_hash, content_hash, edit_count, page, state)
    SELECT article, %(publisher)s, story, 'https://news.example/' || n, 'Title ' || n, 'Summary.',
        '[]', '[]', '', false, 'en', at, at, at, false, false, false, n::text,
        decode(md5(n::text), 'hex'), '', 0, 'unwanted', 'announced' FROM made;
    UPDATE articles_story s SET lead_id = made.article FROM made WHERE s.id = made.story;
    INSERT INTO notifications_alert (id, story_id, kind, number, levels, state, stop_reason, title,
        body, image_url, link, is_breaking, language, variants, created_at, published_at,
        expires_at, counts)
    SELECT alert, story, 'initial', 1, '{all}', 'sent', '', 'Title ' || n, '', '', 'https://x/',
        false, 'en', '{}', at, at, at + interval '6 hours', '{}' FROM made;
    INSERT INTO notifications_batch (alert_id, first_shard, last_shard, quiet_profiles, release_at,
        is_canary, state, cursor_shard, cursor_reader, lease_token, accepted_count, failed_count,
        ambiguous_count, held_back_count, deviceless_count)
    SELECT alert, 0, 65535, '{}', at, false, 'done', 0, %(nobody)s, 0, 5, 0, 0, 0, 0 FROM made;
    INSERT INTO articles_suggestion (folded, phrase, article_count, keyword_count, examples, state,
        first_seen_at, last_seen_at)
    SELECT 'phrase ' || n, 'Phrase ' || n, n %% 1000, 0, '{}', 'open', at, at FROM made;
    DROP TABLE made
"""


def measure() -> list[Row]:
    admin.autodiscover()
    client, tag, publisher = make_editor(), make.tag(), make.publisher()
    client.defaults["SERVER_NAME"] = "localhost"
    fill(publisher, tag, 1, FEW)
    show_progress("desk", 1, 3)
    few = {model: look(client, model) for model in admin.site._registry}
    fill(publisher, tag, FEW + 1, MANY)
    show_progress("desk", 2, 3)
    many = {model: look(client, model) for model in admin.site._registry}
    show_progress("desk", 3, 3)
    rows = []
    for model, (took, queries) in sorted(many.items(), key=lambda each: each[0].__name__):
        name = f"{model._meta.verbose_name_plural}, {queries} queries"
        rows.append(Row(name, took, "ms", f"at {FEW:,}", took / few[model][0]))
    begun = time.perf_counter()
    merge_tags(tag, make.tag("Waterways"), by=None, now=timezone.now())
    rows.append(Row(f"a worker merges a tag of {MANY:,}", time.perf_counter() - begun, "s"))
    return rows


def fill(publisher: Model, tag: Any, first: int, last: int) -> None:
    values = {"first": first, "last": last, "publisher": publisher.pk}
    values["nobody"] = "00000000-0000-0000-0000-000000000000"
    with connection.cursor() as cursor:
        for statement in NEWS.split(";\n"):
            cursor.execute(statement, values)
    make_crowd(last - first + 1, tag)


def look(client: Client, model: type[Model]) -> tuple[float, int]:
    """Milliseconds, the least of several, and queries of a list's first page."""
    url, times = address(model, "changelist"), []
    client.get(url)
    for _ in range(TIMES):
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        times.append((time.perf_counter() - begun) * 1000)
    return min(times), len(queries)
