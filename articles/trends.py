"""Verb: which tags are in the news more than they mostly are, and how often each would alert.

Set by set inside the database: a tag's usual count is that of its own last four weeks.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from articles.models import Trend

WEEKS = timedelta(weeks=4)
SPANS = {Trend.Span.HOUR: timedelta(hours=1), Trend.Span.DAY: timedelta(days=1)}
LEAST_STORIES = 2
LEAST_RISE = 1.0

# The rise is in standard deviations of a Poisson process, with one story more than was seen, so
# that a tag's first appearance is no infinite rise.
COUNT = """
    INSERT INTO articles_trend (tag_id, span, story_count, usual_count, rise, counted_at)
    SELECT tag_id, %(span)s, now_count, usual, (now_count - usual) / sqrt(usual + 1), %(now)s
    FROM (
        SELECT recent.tag_id, recent.now_count,
            (SELECT count(DISTINCT a.story_id) FROM articles_articletag x
             JOIN articles_article a ON a.id = x.article_id
             WHERE x.tag_id = recent.tag_id AND NOT a.is_hidden
               AND x.published_at >= greatest(%(weeks_ago)s, %(begun)s)
               AND x.published_at < %(since)s)
            / greatest(extract(epoch FROM %(since)s - greatest(%(weeks_ago)s, %(begun)s))
                       / extract(epoch FROM %(length)s::interval), 1) AS usual
        FROM (SELECT x.tag_id, count(DISTINCT a.story_id) AS now_count
              FROM articles_articletag x JOIN articles_article a ON a.id = x.article_id
              JOIN articles_tag t ON t.id = x.tag_id
              WHERE a.published_at >= %(since)s AND a.published_at <= %(now)s AND NOT a.is_hidden
                AND t.is_active
              GROUP BY x.tag_id HAVING count(DISTINCT a.story_id) >= %(least)s) recent
    ) counted
    WHERE (now_count - usual) / sqrt(usual + 1) >= %(least_rise)s
"""
BEGUN = "SELECT coalesce(min(first_seen_at), %s) FROM articles_article"
EXPECT = """
    UPDATE articles_tag t SET expected_alerts_per_day = coalesce(counted.per_day, 0)
    FROM articles_tag every LEFT JOIN (
        SELECT x.tag_id,
               round((count(DISTINCT a.story_id) / %(days)s)::numeric, 2)::float8 AS per_day
        FROM articles_articletag x JOIN articles_article a ON a.id = x.article_id
        WHERE x.rule = 'push' AND NOT x.is_late AND NOT a.is_backlog AND NOT a.is_hidden
          AND a.published_at >= %(weeks_ago)s
        GROUP BY x.tag_id
    ) counted ON counted.tag_id = every.id
    WHERE every.id = t.id AND t.expected_alerts_per_day <> coalesce(counted.per_day, 0)
"""


def count_trends(now: datetime) -> int:
    """Write the tags that rise, of the hour and of the day, anew; how many rows."""
    with transaction.atomic(), connection.cursor() as cursor:
        begun = ask_begun(now)
        Trend.objects.all().delete()
        count = 0
        for span, length in SPANS.items():
            values: dict[str, Any] = {
                "span": span.value,
                "length": length,
                "now": now,
                "since": now - length,
                "weeks_ago": now - WEEKS,
                "begun": begun,
                "least": LEAST_STORIES,
                "least_rise": LEAST_RISE,
            }
            cursor.execute(COUNT, values)
            count += cursor.rowcount
    return count


def expect_alerts(now: datetime) -> int:
    """Write on every tag how many alerts a day it would have brought; how many changed."""
    begun = max(ask_begun(now), now - WEEKS)
    days = max((now - begun) / timedelta(days=1), 1)
    with connection.cursor() as cursor:
        cursor.execute(EXPECT, {"days": days, "weeks_ago": now - WEEKS})
        count: int = cursor.rowcount
    return count


def ask_begun(now: datetime) -> datetime:
    """When the first article was seen: before that there was no usual."""
    with connection.cursor() as cursor:
        cursor.execute(BEGUN, [now])
        begun: datetime = cursor.fetchone()[0]
    return begun
