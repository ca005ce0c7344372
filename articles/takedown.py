"""Verb: a publisher wants an article gone. The row stays, empty, so that it never comes back."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from articles.models import Article, ArticleTag, ArticleText, ArticleWords, Revision
from articles.signals import stories_changed


def take_down(article_ids: Iterable[UUID], now: datetime) -> int:
    """Remove text, picture, earlier versions and tags, hide the rest; how many articles."""
    with transaction.atomic():
        articles = list(
            Article.objects.filter(pk__in=list(article_ids), removed_at=None).select_for_update()
        )
        ids = [article.pk for article in articles]
        for model in (ArticleText, ArticleWords, Revision, ArticleTag):
            model.objects.filter(article__in=ids).delete()
        Article.objects.filter(pk__in=ids).update(
            removed_at=now,
            is_hidden=True,
            title="",
            summary="",
            image_url="",
            authors=[],
            keywords=[],
            page=Article.Page.UNWANTED,
        )
        story_ids = sorted({article.story_id for article in articles if article.story_id})
        if story_ids:
            transaction.on_commit(
                lambda: stories_changed.send_robust(sender=None, story_ids=story_ids)
            )
    return len(ids)
