"""The workers' door: ids in, one verb, nothing out."""

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from articles import advance, ingest, retention
from articles.models import Feed

LEASE = timedelta(minutes=5)
FEEDS_AT_ONCE = 100


@shared_task
def fetch_due_feeds() -> None:
    while feed_ids := Feed.objects.claim_due(LEASE, FEEDS_AT_ONCE):
        fetch_feeds.delay(feed_ids)


@shared_task
def fetch_feeds(feed_ids: list[int]) -> None:
    article_ids = ingest.fetch_feeds(feed_ids, timezone.now())
    if article_ids:
        advance_articles.delay([str(article_id) for article_id in article_ids])


@shared_task
def advance_articles(article_ids: list[str]) -> None:
    advance.advance_articles(UUID(article_id) for article_id in article_ids)


@shared_task
def sweep_articles() -> None:
    advance.advance_articles(advance.find_left_behind(timezone.now()))


@shared_task
def forget_old_texts() -> None:
    retention.forget_old_texts(timezone.now())
