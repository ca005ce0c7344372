"""Verb: forget what is past its time. Articles stay, their bodies go."""

from datetime import datetime, timedelta

from django.conf import settings

from articles.models import ArticleText


def forget_old_texts(now: datetime) -> int:
    """Drop the bodies of articles that were stored longer ago than TEXT_DAYS; how many."""
    old = ArticleText.objects.filter(stored_at__lt=now - timedelta(days=settings.TEXT_DAYS))
    return old.delete()[0]
