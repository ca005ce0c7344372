"""Verb: stories become alerts."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from articles.models import Article, ArticleTag, Follow, Story, StoryPair, Tag
from notifications.audience import reached_levels
from notifications.models import Alert
from notifications.planning import is_breaking_title, is_top
from notifications.releasing import automatic_hold, hold_or_release, runnable_now
from notifications.wording import make_body, make_title

DOUBT = timedelta(hours=2)  # in which a story that may be another tells nobody who heard of that
MOST_FORGOTTEN = 500
NO_HOLD = timedelta(0)
REMOVAL_LIFETIME = timedelta(days=28)  # as long as FCM may keep what it takes back


def plan_alerts(story_ids: Iterable[UUID], now: datetime) -> list[int]:
    """Create the alerts that each of these stories deserves, if any; ids of batches that may go
    now.
    """
    ids = list(story_ids)
    runnable = withdraw(ids, now)
    for story in Story.objects.filter(pk__in=ids, merged_into__isnull=True):
        runnable += plan_story(story, now)
    return runnable


def withdraw(story_ids: Iterable[UUID], now: datetime) -> list[int]:
    """Stop alerts of stories of which nothing is left to be shown, and take back what phones show
    of them; ids of batches that may go now. Stories whose articles moved elsewhere are left alone.
    """
    articles = Article.objects.filter(story=OuterRef("story"))
    gone = Alert.objects.filter(
        Exists(articles), ~Exists(articles.filter(is_hidden=False)), story__in=list(story_ids)
    ).exclude(kind=Alert.Kind.RETRACTION)
    with transaction.atomic():
        told = {a.story_id: a for a in gone.filter(state__in=Alert.TOLD).select_related("story")}
        live = gone.filter(state__in=Alert.LIVE)
        live.update(state=Alert.State.CANCELLED, stop_reason="nothing of its story is left")
        return [batch_id for alert in told.values() for batch_id in take_back(alert, now)]


def take_back(alert: Alert, now: datetime) -> list[int]:
    """Remove a story's alert from phones, once; ids of batches that may go now."""
    of_story = Alert.objects.filter(story=alert.story)
    removal, is_new = Alert.objects.get_or_create(
        story=alert.story,
        kind=Alert.Kind.RETRACTION,
        number=1,
        defaults={
            "state": Alert.State.PLANNING,
            "title": alert.title,
            "link": alert.link,
            "language": alert.language,
            "published_at": alert.published_at,
            "expires_at": now + REMOVAL_LIFETIME,
        },
    )
    if not is_new:
        return []
    removal.tags.set(Tag.objects.filter(alerts__in=of_story).distinct())
    return runnable_now(hold_or_release(removal, NO_HOLD, now), now)


def plan_forgotten(now: datetime) -> list[int]:
    """The same for fresh stories that nobody announced to us: a lost signal costs only delay."""
    told = Alert.objects.filter(story=OuterRef("article__story"), tags=OuterRef("tag"))
    told_to_top = told.filter(levels__contains=[Follow.Level.TOP])
    news = push_tags().filter(article__story=OuterRef("pk"))
    became_top = Q(is_breaking=True) | Q(publisher_count__gte=settings.TOP_PUBLISHERS)
    stories = Story.objects.with_publisher_count().filter(
        Exists(news.filter(~Exists(told)))
        | (became_top & Q(Exists(news.filter(~Exists(told_to_top))))),
        last_published_at__gt=now - lifetime(),
        merged_into__isnull=True,
    )
    ids = list(stories.values_list("pk", flat=True)[:MOST_FORGOTTEN])
    return plan_alerts(ids, now)


def lifetime() -> timedelta:
    return timedelta(seconds=settings.ALERT_LIFETIME)


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
    """The first alert of a story and its translations, or others for those who have not heard of
    it: followers of tags that it has got since, or who want the most important only, which it has
    become. Ids of batches that may go now.
    """
    with transaction.atomic():
        group = lock_group(story)
        news = push_tags().filter(article__story__in=group)
        news = news.exclude(tag__in=filter(None, tags_of_doubles(group, now)))
        is_breaking = is_any_breaking(group, news)
        untold = find_untold(group, news, find_levels(group, is_breaking=is_breaking))
        runnable = []
        for levels, tags in untold.items():
            if levels == (Follow.Level.TOP,) and not has_followers(tags, Follow.Level.TOP, now):
                note_told(group, tags, Follow.Level.TOP)
                continue
            alert = make_alert(story, levels, news.filter(tag__in=tags), now)
            if alert:
                alert.is_breaking = is_breaking
                alert.save()
                alert.tags.set(Tag.objects.filter(pk__in=tags))
                runnable += runnable_now(hold_or_release(alert, automatic_hold(), now), now)
    return runnable


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


def is_any_breaking(group: list[UUID], news: QuerySet[ArticleTag]) -> bool:
    """Whether an editor says so, or a publisher whose word an editor takes for it."""
    if Story.objects.filter(pk__in=group, is_breaking=True).exists():
        return True
    told = Article.objects.filter(pk__in=news.values("article")).exclude(
        publisher__breaking_words=[]
    )
    marked = told.values_list("title", "publisher__breaking_words")
    return any(is_breaking_title(title, words) for title, words in marked)


def find_levels(group: list[UUID], *, is_breaking: bool) -> list[str]:
    """The levels of follow that hear of the story as it is now."""
    shown = Article.objects.shown().filter(story__in=group)
    count = shown.aggregate(n=Count("publisher", distinct=True))["n"]
    top = is_top(count, is_breaking=is_breaking, least=settings.TOP_PUBLISHERS)
    return reached_levels(is_top=top)


def find_untold(
    group: list[UUID], news: QuerySet[ArticleTag], levels: list[str]
) -> dict[tuple[str, ...], set[UUID]]:
    """The tags of the news whose followers have not heard of the story, by the levels of those."""
    told: dict[UUID | None, set[str]] = defaultdict(set)
    earlier = Alert.objects.filter(story__in=group).exclude(state=Alert.State.DRAFT)
    for tag_id, heard in earlier.values_list("tags", "levels"):
        told[tag_id].update(heard)
    untold: dict[tuple[str, ...], set[UUID]] = defaultdict(set)
    for tag_id in news.order_by("tag").values_list("tag", flat=True).distinct():
        if left := tuple(level for level in levels if level not in told[tag_id]):
            untold[left].add(tag_id)
    return untold


def has_followers(tags: set[UUID], level: str, now: datetime) -> bool:
    follows = Follow.objects.current().filter(tag__in=tags, level=level, followed_at__lte=now)
    return follows.exists()


def note_told(group: list[UUID], tags: set[UUID], level: str) -> None:
    """Let a story's alerts count as told to a level of which nobody is left to tell."""
    for alert in Alert.objects.filter(story__in=group, tags__in=tags).distinct():
        if level not in alert.levels:
            alert.levels = [*alert.levels, level]
            alert.save(update_fields=["levels"])


def make_alert(
    story: Story, levels: tuple[str, ...], news: QuerySet[ArticleTag], now: datetime
) -> Alert | None:
    """The alert that this news causes, not saved yet; None where the news is too old.

    A story that has become important is as new as its latest article; else its first one counts.
    """
    first, *others = find_articles(news)
    newest = max(news.values_list("published_at", flat=True))
    published_at = first.published_at if Follow.Level.ALL in levels else newest
    expires_at = published_at + lifetime()
    if expires_at <= now:
        return None
    told = Alert.objects.filter(story__in=story.group()).exclude(state=Alert.State.DRAFT)
    kind = Alert.Kind.EXTENSION if told.exists() else Alert.Kind.INITIAL
    return Alert(
        story=story,
        kind=kind,
        number=told.filter(story=story, kind=kind).count() + 1,
        levels=list(levels),
        state=Alert.State.PLANNING,
        language=language_of(first),
        variants={language_of(article): word(article) for article in others},
        **word(first),
        published_at=published_at,
        expires_at=expires_at,
    )


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
