"""Verb: stories become alerts, and alerts become batches."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from articles.models import Article, ArticleTag, Story, StoryPair, Tag
from notifications.audience import audience_of, count_crowds
from notifications.models import Alert, Batch, QuietProfile
from notifications.planning import QuietHours, cut_ranges, find_releases
from notifications.wording import make_body, make_title

logger = logging.getLogger(__name__)

READERS_PER_BATCH = 5000
DOUBT = timedelta(hours=2)  # in which a story that may be another tells nobody who heard of that
MOST_FORGOTTEN = 500
MOST_SWEPT = 100  # a sweep every few seconds must not fill the queue faster than workers empty it


def plan_alerts(story_ids: Iterable[UUID], now: datetime) -> list[int]:
    """Create the alert that each of these stories deserves, if it does; ids of batches that may go
    now.
    """
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
    told = Alert.objects.filter(story=OuterRef("article__story"), tags=OuterRef("tag"))
    news = push_tags().filter(~Exists(told), article__story=OuterRef("pk"))
    stories = Story.objects.filter(
        Exists(news),
        last_published_at__gt=now - timedelta(seconds=settings.ALERT_LIFETIME),
        merged_into__isnull=True,
    )
    ids = list(stories.values_list("pk", flat=True)[:MOST_FORGOTTEN])
    return plan_alerts(ids, now)


def push_tags() -> QuerySet[ArticleTag]:
    """That an article which may cause an alert is about a tag that may.

    Not what its story had before an editor corrected it: a correction is no news.
    """
    corrected_at = F("article__story__corrected_at")
    return ArticleTag.objects.filter(
        Q(article__story__corrected_at=None) | Q(article__first_seen_at__gt=corrected_at),
        rule=ArticleTag.Rule.PUSH,
        is_late=False,
        tag__is_active=True,
        tag__may_alert=True,
        article__state=Article.State.ANNOUNCED,
        article__is_hidden=False,
        article__is_backlog=False,
    )


def plan_story(story: Story, now: datetime) -> list[int]:
    """The first alert of a story and its translations, or one for the followers of tags that it
    has got since; ids of batches that may go now.
    """
    with transaction.atomic():
        group = lock_group(story)
        told = Alert.objects.filter(story__in=group)
        silent = [*told.values_list("tags", flat=True), *tags_of_doubles(group, now)]
        news = push_tags().filter(article__story__in=group).exclude(tag__in=filter(None, silent))
        articles = find_articles(news)
        if not articles:
            return []
        first, *others = articles
        expires_at = first.published_at + timedelta(seconds=settings.ALERT_LIFETIME)
        if expires_at <= now:
            return []
        kind = Alert.Kind.EXTENSION if told.exists() else Alert.Kind.INITIAL
        alert = Alert.objects.create(
            story=story,
            kind=kind,
            number=told.filter(story=story, kind=kind).count() + 1,
            language=language_of(first),
            variants={language_of(article): word(article) for article in others},
            **word(first),
            published_at=first.published_at,
            expires_at=expires_at,
            planned_at=now,
        )
        alert.tags.set(Tag.objects.filter(article_tags__in=news).distinct())
        batches = plan_batches(alert, now)
    logger.info(
        "alert planned",
        extra={"alert": str(alert.pk), "batches": len(batches), "title": alert.title},
    )
    return [batch.pk for batch in batches if batch.release_at <= now]


def lock_group(story: Story) -> list[UUID]:
    """The story and all that share its alerts. Nobody else plans these, or those that may be the
    same, before the transaction ends.
    """
    group = list(story.group().values_list("pk", flat=True))
    pairs = StoryPair.objects.filter(Q(story__in=group) | Q(other__in=group))
    near = {pk for pair in pairs.values_list("story", "other") for pk in pair}
    concerned = Story.objects.filter(pk__in={*group, *near}).order_by("pk")
    list(concerned.select_for_update().values_list("pk", flat=True))
    return group


def tags_of_doubles(group: list[UUID], now: datetime) -> QuerySet[Alert, UUID | None]:
    """Tags whose followers have just heard of a story that may be the same, whatever an editor
    said of it since then.
    """
    pairs = StoryPair.objects.filter(Q(story__in=group) | Q(other__in=group))
    doubles = {pk for pair in pairs.values_list("story", "other") for pk in pair} - set(group)
    recent = Alert.objects.filter(story__in=doubles, planned_at__gt=now - DOUBT)
    return recent.values_list("tags", flat=True)


def find_articles(news: QuerySet[ArticleTag]) -> list[Article]:
    """The first article of the news, and the first in every other language."""
    articles = Article.objects.filter(pk__in=news.values("article"))
    firsts: dict[str, Article] = {}
    for article in articles.select_related("publisher", "story").order_by("published_at", "pk"):
        firsts.setdefault(language_of(article), article)
    return list(firsts.values())


def language_of(article: Article) -> str:
    return article.story.language if article.story else "und"


def word(article: Article) -> dict[str, str]:
    """What a phone shows of an alert that an article causes."""
    return {
        "title": make_title(article.title),
        "body": make_body(article.publisher.name, article.summary),
        "image_url": article.image_url,
        "link": settings.SITE_URL + article.get_absolute_url(),
    }


def plan_batches(alert: Alert, now: datetime) -> list[Batch]:
    """Freeze the audience: ranges for readers who are awake, and later ones for those asleep.

    Whoever wakes up after the alert has expired gets no batch: stale news wakes nobody.
    """
    profiles = {
        profile.pk: QuietHours(profile.zone, profile.start, profile.end)
        for profile in QuietProfile.objects.all()
    }
    crowds = count_crowds(audience_of(alert))
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
