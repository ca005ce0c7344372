"""Verb: take articles through their states: stored, tagged, grouped, announced.

Each state is on the row, so whatever stops half-way is found by the sweep and goes on from there.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from articles.gazetteer import tag_articles
from articles.grouping import group_articles
from articles.models import Article
from articles.searching import index_articles
from articles.signals import stories_changed

LEFT_BEHIND = timedelta(seconds=30)
MOST_AT_ONCE = 500


def advance_articles(article_ids: Iterable[UUID]) -> list[UUID]:
    """Tag, group, index for search and announce; those that had no story before."""
    ids = list(article_ids)
    new = Article.objects.filter(pk__in=ids, story=None).exclude(state=Article.State.WAITING)
    new_ids = list(new.values_list("pk", flat=True))
    tag_articles(ids)
    group_articles(ids)
    index_articles(ids)
    announce(ids)
    return new_ids


def announce(article_ids: Iterable[UUID]) -> None:
    """Tell the rest of the product, after commit, which stories have something new."""
    with transaction.atomic():
        articles = list(
            Article.objects.filter(pk__in=list(article_ids), state=Article.State.GROUPED)
            .select_for_update(skip_locked=True, of=("self",))
            .values_list("pk", "story_id")
        )
        Article.objects.filter(pk__in=[pk for pk, _ in articles]).update(
            state=Article.State.ANNOUNCED
        )
        story_ids = sorted({story_id for _, story_id in articles if story_id})
        if story_ids:
            transaction.on_commit(
                lambda: stories_changed.send_robust(sender=None, story_ids=story_ids)
            )


def find_passed_over(article_ids: Iterable[UUID]) -> list[UUID]:
    """Those that did not get to the end: somebody else held their rows, and may not have taken them
    further. Articles that wait for their page are none.
    """
    ended = (Article.State.ANNOUNCED, Article.State.WAITING)
    asked = Article.objects.filter(pk__in=list(article_ids))
    return list(asked.exclude(state__in=ended).values_list("pk", flat=True))


def find_left_behind(now: datetime) -> list[UUID]:
    """Articles that should have been announced by now: a worker died, or its message was lost."""
    unfinished = Article.objects.exclude(state=Article.State.ANNOUNCED)
    old = unfinished.filter(first_seen_at__lt=now - LEFT_BEHIND).order_by("first_seen_at")
    return list(old.values_list("pk", flat=True)[:MOST_AT_ONCE])
