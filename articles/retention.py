"""Verb: forget what is past its time. Articles stay, their bodies go."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Coalesce

from articles.models import (
    ArticleText,
    Fingerprint,
    PublisherKeyword,
    Revision,
    Suggestion,
    Untagging,
)

MOST_AT_ONCE = 5_000
FINGERPRINT_DAYS = 8  # twice the window of stories, so that a late article finds its like
SUGGESTION_DAYS = 14
UNTAGGING_DAYS = 90  # for which an app that slept is still told
LEAST_ARTICLES = 3  # about which a suggestion is kept longer


def forget_old_texts(now: datetime) -> int:
    """Drop the bodies of articles that were stored longer ago than their publisher allows, or than
    TEXT_DAYS, and revisions of that age; how many bodies.
    """
    days = Coalesce(F("article__publisher__text_days"), Value(settings.TEXT_DAYS))
    kept = ExpressionWrapper(days * Value(timedelta(days=1)), output_field=DurationField())
    old = ArticleText.objects.filter(stored_at__lt=now - kept)
    Revision.objects.filter(replaced_at__lt=now - timedelta(days=settings.TEXT_DAYS)).delete()
    count = 0
    while ids := list(old.values_list("pk", flat=True)[:MOST_AT_ONCE]):
        count += ArticleText.objects.filter(pk__in=ids).delete()[0]
    return count


def forget_old_fingerprints(now: datetime) -> int:
    """Drop what articles were compared by, once no other can join their story."""
    hours = max(FINGERPRINT_DAYS * 24, 2 * settings.STORY_WINDOW)
    return Fingerprint.objects.filter(at__lt=now - timedelta(hours=hours)).delete()[0]


def forget_old_suggestions(now: datetime) -> int:
    """Drop what was written of once or twice and not again, and keywords that nobody mapped."""
    last = now - timedelta(days=SUGGESTION_DAYS)
    rare = Q(last_seen_at__lt=last, article_count__lt=LEAST_ARTICLES)
    open_ones = Suggestion.objects.filter(rare, state=Suggestion.State.OPEN)
    unmapped = PublisherKeyword.objects.filter(rare, tag=None, is_blocked=True)
    return open_ones.delete()[0] + unmapped.delete()[0]


def forget_old_untaggings(now: datetime) -> int:
    return Untagging.objects.filter(untagged_at__lt=now - timedelta(days=UNTAGGING_DAYS)).delete()[
        0
    ]
