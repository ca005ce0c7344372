"""Verb: apply a tag's new aliases to the articles of the last days, after showing what that means.

What gains the tag this way is no news: it alerts nobody.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from articles.gazetteer import GAZETTEER, decide_rows
from articles.models import Article, ArticleTag, Reader, Retagging, Tag
from articles.models.identifier import first_id

BACK = timedelta(hours=96)
ARTICLES_AT_ONCE = 500
LEFT_BEHIND = timedelta(minutes=1)


def begin(tag: Tag, by: Reader | None, now: datetime) -> Retagging:
    """Ask how many articles of the last 96 hours would gain or lose the tag."""
    since = now - BACK
    return Retagging.objects.create(
        tag=tag,
        since=since,
        cursor=first_id(since),
        total_count=articles_since(since).count(),
        asked_by=by,
        asked_at=now,
    )


def go_on(retagging_id: int) -> bool:
    """Look at some more articles, or change some more of those that were found; whether there is
    more to do.
    """
    with transaction.atomic():
        found = Retagging.objects.select_for_update(skip_locked=True, of=("self",))
        retagging = found.select_related("tag").filter(pk=retagging_id).first()
        match retagging:
            case Retagging(state=Retagging.State.COUNTING):
                return count_some(retagging)
            case Retagging(state=Retagging.State.APPLYING):
                return apply_some(retagging)
    return False


def count_some(retagging: Retagging) -> bool:
    GAZETTEER.look()
    rest = articles_since(retagging.since).filter(pk__gt=retagging.cursor).order_by("pk")
    articles = list(rest.select_related("text")[:ARTICLES_AT_ONCE])
    if articles:
        about = {row.article_id for row in rows_of(retagging.tag, articles)}
        had = tagged_by_machine(retagging.tag, articles)
        known = tagged(retagging.tag, articles)
        retagging.gained += sorted(about - known)
        retagging.lost += sorted(had - about)
        retagging.article_count += len(articles)
        retagging.cursor = articles[-1].pk
    if len(articles) < ARTICLES_AT_ONCE:
        retagging.state = Retagging.State.COUNTED
    retagging.save()
    return retagging.state == Retagging.State.COUNTING


def apply(retagging: Retagging) -> bool:
    """Do what was counted; False where it is done already, or not counted yet."""
    counted = Retagging.objects.filter(pk=retagging.pk, state=Retagging.State.COUNTED)
    changes = {"state": Retagging.State.APPLYING, "cursor": UUID(int=0)}
    return bool(counted.update(**changes))


def apply_some(retagging: Retagging) -> bool:
    """Decide anew, since an article or an alias may have changed after the counting."""
    GAZETTEER.look()
    ids = sorted(pk for pk in retagging.gained + retagging.lost if pk > retagging.cursor)
    some = ids[:ARTICLES_AT_ONCE]
    if some:
        articles = list(Article.objects.filter(pk__in=some).select_related("text"))
        rows = rows_of(retagging.tag, articles)
        about = {row.article_id for row in rows}
        for row in rows:
            row.is_late = True
        ArticleTag.objects.bulk_create(rows, ignore_conflicts=True)
        lost = tagged_by_machine(retagging.tag, articles) - about
        Article.objects.filter(pk__in=about | lost).mark_changed()
        ArticleTag.objects.filter(tag=retagging.tag, article__in=lost).delete()
        retagging.cursor = some[-1]
    if len(some) < ARTICLES_AT_ONCE:
        retagging.state = Retagging.State.APPLIED
    retagging.save()
    return retagging.state == Retagging.State.APPLYING


def find_left_behind(now: datetime) -> QuerySet[Retagging, int]:
    """Ids of those that a worker should be at for a while; one that still is stays the only one."""
    at_work = (Retagging.State.COUNTING, Retagging.State.APPLYING)
    begun = Retagging.objects.filter(state__in=at_work, asked_at__lt=now - LEFT_BEHIND)
    return begun.values_list("pk", flat=True)


def articles_since(since: datetime) -> QuerySet[Article]:
    decided = Article.objects.exclude(state__in=[Article.State.WAITING, Article.State.STORED])
    return decided.filter(pk__gte=first_id(since), removed_at=None)


def rows_of(tag: Tag, articles: Sequence[Article]) -> list[ArticleTag]:
    decided = decide_rows(GAZETTEER.current(), articles)
    return [row for row in decided if row.tag_id == tag.pk]


def tagged(tag: Tag, articles: Sequence[Article]) -> set[UUID]:
    rows = ArticleTag.objects.filter(tag=tag, article__in=articles)
    return set(rows.values_list("article_id", flat=True))


def tagged_by_machine(tag: Tag, articles: Sequence[Article]) -> set[UUID]:
    rows = ArticleTag.objects.filter(tag=tag, article__in=articles).exclude(why=[])
    return set(rows.values_list("article_id", flat=True))
