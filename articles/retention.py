"""Verb: forget what is past its time. Articles stay, their bodies and pictures' addresses go."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.db.models.functions import Coalesce

from articles.models import ArticleText, Revision

MOST_AT_ONCE = 5_000


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
