"""Verb: the desk lets in or keeps out what came from publishers that it does not trust blindly, and
writes otherwise what they wrote.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction

from articles.models import Article, ArticleTag, Story, Tag
from articles.signals import stories_changed

CORRECTED = ("title", "summary", "image_url")


def approve(article_ids: Iterable[UUID]) -> int:
    """Show articles that waited or were rejected; fresh ones may alert. How many."""
    return decide(article_ids, Article.Review.APPROVED, is_hidden=False)


def reject(article_ids: Iterable[UUID]) -> int:
    """Keep articles out that wait, or let in ones disappear again; how many."""
    return decide(article_ids, Article.Review.REJECTED, is_hidden=True)


def decide(article_ids: Iterable[UUID], review: str, *, is_hidden: bool) -> int:
    asked = Article.objects.filter(pk__in=list(article_ids), removed_at=None)
    with transaction.atomic():
        changing = asked.exclude(review__in=[review, Article.Review.UNNEEDED])
        found = dict(changing.select_for_update().values_list("pk", "story"))
        Article.objects.filter(pk__in=found).update(review=review, is_hidden=is_hidden)
        stories = sorted({story_id for story_id in found.values() if story_id})
        Story.objects.filter(pk__in=stories).refresh()
        if stories:
            transaction.on_commit(
                lambda: stories_changed.send_robust(sender=None, story_ids=stories)
            )
    return len(found)


def put_tag(articles: Iterable[Article], tag: Tag, *, may_alert: bool = False) -> int:
    """Tag articles by hand: they stand on the tag's page, and alert if the editor says so."""
    rule = ArticleTag.Rule.PUSH if may_alert else ArticleTag.Rule.PAGE
    rows = [
        ArticleTag(
            article=each, tag=tag, rule=rule, mention_count=0, published_at=each.published_at
        )
        for each in articles
    ]
    ArticleTag.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def keep_original(article: Article, changed: Collection[str], before: Article) -> None:
    """Note on an article, not saved yet, what its publisher said where an editor says it otherwise,
    and lock it: the feed would take the correction back with its next edit.
    """
    fields = [field for field in CORRECTED if field in changed]
    for field in fields:
        article.original.setdefault(field, getattr(before, field))
    if fields:
        article.is_locked = True


def restore(articles: Iterable[Article]) -> int:
    """Let articles say what their publishers said, and follow their feeds again; how many."""
    count = 0
    for article in articles:
        for field, words in article.original.items():
            setattr(article, field, words)
        article.original, article.is_locked = {}, False
        article.save(update_fields=[*CORRECTED, "original", "is_locked"])
        count += 1
    return count
