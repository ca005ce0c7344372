"""The workers' door: ids in, one verb, nothing out."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from articles import (
    advance,
    fulltext,
    indexnow,
    ingest,
    long_actions,
    mailbox,
    retagging,
    retention,
    suggesting,
    trends,
    websub,
)
from articles.models import Feed, HubSubscription

LEASE = timedelta(minutes=5)
FEEDS_AT_ONCE = 100
AGAIN = 1  # second, by which whoever held an article has let it go


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
    advance_some(fulltext.read_pages(map(UUID, article_ids), timezone.now()))


@shared_task
def sweep_pages() -> None:
    now = timezone.now()
    advance_some(fulltext.stop_waiting(now))
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
def advance_articles(article_ids: list[str], tries: int = 5) -> None:
    advance_some(map(UUID, article_ids), tries)


@shared_task
def sweep_articles() -> None:
    """Everything whose worker, or whose message to one, was lost."""
    now = timezone.now()
    advance_some(advance.find_left_behind(now))
    for action_id in long_actions.find_left_behind(now):
        go_on_with.delay(action_id)
    for retagging_id in retagging.find_left_behind(now):
        retag.delay(retagging_id)


def advance_some(article_ids: Iterable[UUID], tries: int = 5) -> None:
    """Suggestions wait until readers have been told. What was passed over is tried again soon: the
    sweep, which finds it at the latest, takes a minute.
    """
    ids = list(article_ids)
    new = advance.advance_articles(ids)
    if new:
        collect_suggestions.delay([str(article_id) for article_id in new])
    if tries and (left := advance.find_passed_over(ids)):
        again = [str(article_id) for article_id in left]
        advance_articles.apply_async((again, tries - 1), countdown=AGAIN)


@shared_task
def collect_suggestions(article_ids: list[str]) -> None:
    suggesting.collect(map(UUID, article_ids), timezone.now())


@shared_task
def retag(retagging_id: int) -> None:
    if retagging.go_on(retagging_id):
        retag.delay(retagging_id)


@shared_task
def go_on_with(action_id: int) -> None:
    if long_actions.go_on(action_id, timezone.now()):
        go_on_with.delay(action_id)


@shared_task
def tell_search_engines(story_ids: list[str]) -> None:
    indexnow.tell_of_stories(map(UUID, story_ids))


@shared_task
def count_trends() -> None:
    trends.count_trends(timezone.now())


@shared_task
def expect_alerts() -> None:
    trends.expect_alerts(timezone.now())


@shared_task
def tidy() -> None:
    """What is done once a night."""
    now = timezone.now()
    retention.forget_old_texts(now)
    retention.forget_old_fingerprints(now)
    retention.forget_old_suggestions(now)
    retention.forget_old_untaggings(now)
