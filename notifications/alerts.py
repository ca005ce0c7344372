"""Verb: stories become alerts, and alerts become batches."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from articles.models import Article, ArticleTag, Story, Tag
from notifications.audience import count_crowds
from notifications.models import Alert, Batch, QuietProfile
from notifications.planning import QuietHours, cut_ranges, find_releases
from notifications.wording import make_body, make_title

logger = logging.getLogger(__name__)

READERS_PER_BATCH = 5000
MOST_FORGOTTEN = 500
MOST_SWEPT = 100  # a sweep every few seconds must not fill the queue faster than workers empty it


def plan_alerts(story_ids: Iterable[UUID], now: datetime) -> list[int]:
    """Create the initial alert of each story that deserves one; ids of batches that may go now."""
    ids = list(story_ids)
    withdraw(ids)
    stories = Story.objects.filter(pk__in=ids, merged_into__isnull=True)
    return [batch_id for story in stories for batch_id in plan_story(story, now)]


def withdraw(story_ids: Iterable[UUID]) -> None:
    """Stop alerts of stories of which nothing is left to be shown."""
    left = Article.objects.shown().filter(story=OuterRef("story"))
    live = [Alert.State.PLANNING, Alert.State.SENDING, Alert.State.PAUSED]
    alerts = Alert.objects.filter(~Exists(left), story__in=list(story_ids), state__in=live)
    alerts.update(state=Alert.State.CANCELLED, stop_reason="nothing of its story is left")


def plan_forgotten(now: datetime) -> list[int]:
    """The same for fresh stories that nobody announced to us: a lost signal costs only delay."""
    news = push_tags().filter(article__story=OuterRef("pk"))
    told = Alert.objects.filter(story=OuterRef("pk"))
    stories = Story.objects.filter(
        Exists(news),
        ~Exists(told),
        last_published_at__gt=now - timedelta(seconds=settings.ALERT_LIFETIME),
        merged_into__isnull=True,
    )
    ids = list(stories.values_list("pk", flat=True)[:MOST_FORGOTTEN])
    return plan_alerts(ids, now)


def push_tags() -> QuerySet[ArticleTag]:
    """That an article which may cause an alert is about a tag that may."""
    return ArticleTag.objects.filter(
        rule=ArticleTag.Rule.PUSH,
        tag__is_active=True,
        article__state=Article.State.ANNOUNCED,
        article__is_hidden=False,
        article__is_backlog=False,
    )


def is_told(story: Story) -> bool:
    """Whether the story, or one that was merged into it, has had its alert."""
    group = Story.objects.filter(merged_into=story).values("pk")
    return (
        Alert.objects.filter(story=story).exists() or Alert.objects.filter(story__in=group).exists()
    )


def plan_story(story: Story, now: datetime) -> list[int]:
    if is_told(story):
        return []
    articles = story.articles.filter(pk__in=push_tags().values("article_id"))
    first = articles.select_related("publisher").order_by("published_at", "pk").first()
    if first is None:
        return []
    expires_at = first.published_at + timedelta(seconds=settings.ALERT_LIFETIME)
    if expires_at <= now:
        return []
    tags = list(
        Tag.objects.filter(article_tags__in=push_tags().filter(article__story=story)).distinct()
    )
    with transaction.atomic():
        alert, is_new = Alert.objects.get_or_create(
            story=story,
            kind=Alert.Kind.INITIAL,
            number=1,
            defaults={
                "title": make_title(first.title),
                "body": make_body(first.publisher.name, first.summary),
                "image_url": first.image_url,
                "link": settings.SITE_URL + first.get_absolute_url(),
                "published_at": first.published_at,
                "expires_at": expires_at,
                "planned_at": now,
            },
        )
        if not is_new:
            return []
        alert.tags.set(tags)
        batches = plan_batches(alert, tags, now)
    logger.info(
        "alert planned",
        extra={"alert": str(alert.pk), "batches": len(batches), "title": alert.title},
    )
    return [batch.pk for batch in batches if batch.release_at <= now]


def plan_batches(alert: Alert, tags: list[Tag], now: datetime) -> list[Batch]:
    """Freeze the audience: ranges for readers who are awake, and later ones for those asleep.

    Whoever wakes up after the alert has expired gets no batch: stale news wakes nobody.
    """
    profiles = {
        profile.pk: QuietHours(profile.zone, profile.start, profile.end)
        for profile in QuietProfile.objects.all()
    }
    crowds = count_crowds([tag.pk for tag in tags], alert.levels(), now)
    ranges = cut_ranges(crowds, find_releases(profiles, now), READERS_PER_BATCH)
    batches = Batch.objects.bulk_create(
        Batch(
            alert=alert,
            first_shard=each.first_shard,
            last_shard=each.last_shard,
            cursor_shard=each.first_shard,
            quiet_profiles=list(each.profile_ids),
            release_at=each.release_at,
        )
        for each in ranges
        if each.release_at < alert.expires_at
    )
    alert.state = Alert.State.SENDING if batches else Alert.State.SENT
    alert.save(update_fields=["state"])
    return batches


def find_runnable() -> list[int]:
    """Batches that wait for a worker, after closing those whose alert has expired."""
    expire()
    return list(
        Batch.objects.runnable().order_by("release_at").values_list("pk", flat=True)[:MOST_SWEPT]
    )


def expire() -> None:
    """Alerts that nobody may be sent any more, by the database's clock."""
    with transaction.atomic():
        late = list(
            Alert.objects.select_for_update(skip_locked=True)
            .filter(state__in=[Alert.State.SENDING, Alert.State.PAUSED], expires_at__lte=Now())
            .values_list("pk", flat=True)
        )
        if not late:
            return
        Batch.objects.filter(alert__in=late).unfinished().update(state=Batch.State.EXPIRED)
        Alert.objects.filter(pk__in=late).update(state=Alert.State.EXPIRED)
    logger.info("alerts expired", extra={"alerts": [str(alert_id) for alert_id in late]})
