"""The workers' door: ids in, one verb, nothing out."""

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from articles import advance, fulltext, ingest, mailbox, retention, websub
from articles.models import Feed, HubSubscription

LEASE = timedelta(minutes=5)
FEEDS_AT_ONCE = 100


@shared_task
def fetch_due_feeds() -> None:
    while feed_ids := Feed.objects.claim_due(LEASE, FEEDS_AT_ONCE):
        fetch_feeds.delay(feed_ids)


@shared_task
def fetch_feeds(feed_ids: list[int]) -> None:
    go_on(ingest.fetch_feeds(feed_ids, timezone.now()))


def go_on(article_ids: list[UUID]) -> None:
    """What has its text is told of at once, the others when their page was read."""
    ids = [str(article_id) for article_id in article_ids]
    if ids:
        advance_articles.delay(ids)
        if fulltext.are_wanted(article_ids):
            read_pages.delay(ids)


@shared_task
def read_pages(article_ids: list[str]) -> None:
    done = fulltext.read_pages(map(UUID, article_ids), timezone.now())
    advance.advance_articles(done)


@shared_task
def sweep_pages() -> None:
    now = timezone.now()
    advance.advance_articles(fulltext.stop_waiting(now))
    if wanted := fulltext.find_wanted(now):
        read_pages.delay([str(article_id) for article_id in wanted])


@shared_task
def renew_hubs() -> None:
    due = HubSubscription.objects.due(timezone.now()).values_list("pk", flat=True)
    for subscription_id in due[:FEEDS_AT_ONCE]:
        ask_hub.delay(str(subscription_id))


@shared_task
def ask_hub(subscription_id: str) -> None:
    websub.subscribe(UUID(subscription_id), timezone.now())


@shared_task
def take_delivery(subscription_id: str, key: str) -> None:
    delivery = mailbox.take(key)
    if delivery:
        go_on(ingest.take_delivery(UUID(subscription_id), *delivery, timezone.now()))


@shared_task
def advance_articles(article_ids: list[str]) -> None:
    advance.advance_articles(UUID(article_id) for article_id in article_ids)


@shared_task
def sweep_articles() -> None:
    advance.advance_articles(advance.find_left_behind(timezone.now()))


@shared_task
def forget_old_texts() -> None:
    retention.forget_old_texts(timezone.now())
