"""How feeds are: which fail and why, which fell silent, and how late their news comes to us."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, QuerySet

from articles.diagnosis import Facts, explain
from articles.models import Feed
from articles.models.identifier import first_id

LATELY = timedelta(hours=24)
# From publication to the moment when we first saw it, of what was news and not an archive.
DELAYS = """
    SELECT feed_id, percentile_cont(0.5) WITHIN GROUP (
        ORDER BY extract(epoch FROM first_seen_at - published_at))
    FROM articles_article
    WHERE id >= %s AND feed_id = ANY(%s) AND NOT is_backlog
    GROUP BY feed_id
"""


@dataclass(frozen=True, slots=True)
class Health:
    """One line of the board."""

    feed: Feed
    why: str
    """In a sentence."""
    unchanged_share: float | None
    """Of the last fetches, those that were answered with "not modified"; None: none was kept."""
    delay: timedelta | None
    """From publication to us, of half of the last day's articles; None: there were none."""

    @property
    def grade(self) -> str:
        if self.feed.error:
            return "bad"
        return "good" if self.feed.state == Feed.State.ACTIVE else "doubt"


def read_board(feeds: QuerySet[Feed], now: datetime, most: int) -> list[Health]:
    """The worst first: those that fail longest, then those that have been silent longest."""
    ordered = feeds.select_related("publisher").order_by(
        F("failing_since").asc(nulls_last=True), F("changed_at").asc(nulls_last=True), "pk"
    )
    shown = list(ordered[:most])
    delays = read_delays([feed.pk for feed in shown], now)
    return [
        Health(feed, tell(feed, now), share_unchanged(feed), delays.get(feed.pk)) for feed in shown
    ]


def read_delays(feed_ids: list[int], now: datetime) -> dict[int, timedelta]:
    with connection.cursor() as cursor:
        cursor.execute(DELAYS, [first_id(now - LATELY), feed_ids])
        return {pk: timedelta(seconds=max(float(s), 0)) for pk, s in cursor.fetchall()}


def share_unchanged(feed: Feed) -> float | None:
    statuses = [fetch.get("status") for fetch in feed.fetches]
    return statuses.count(304) / len(statuses) if statuses else None


def tell(feed: Feed, now: datetime) -> str:
    facts = Facts(
        state=feed.state,
        is_publisher_active=feed.publisher.is_active,
        error=feed.error,
        error_count=feed.error_count,
        failing_since=feed.failing_since,
        fetched_at=feed.fetched_at,
        changed_at=feed.changed_at,
        due_at=feed.due_at,
        is_leased=feed.lease_until is not None,
        is_index=feed.format == "sitemap_index",
    )
    return explain(facts, now)
