"""Verb: every article belongs to a story."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from articles.models import Article, Story


def group_articles(article_ids: Iterable[UUID]) -> int:
    """Decide the story of tagged articles: for now each tells its own. How many there were."""
    with transaction.atomic():
        articles = list(
            Article.objects.filter(pk__in=list(article_ids), state=Article.State.TAGGED)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("pk")
        )
        new = [article for article in articles if article.story_id is None]
        for article in new:
            article.story = Story(
                lead_id=article.pk,
                language=article.language,
                first_published_at=article.published_at,
                last_published_at=article.published_at,
            )
        Story.objects.bulk_create(article.story for article in new if article.story)
        for article in articles:
            article.state = Article.State.GROUPED
        Article.objects.bulk_update(articles, ["story", "state"])
    return len(articles)
