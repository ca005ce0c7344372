"""Verb: one decision about many articles at once, noted in the history of each."""

from django.db.models import QuerySet
from django.utils import timezone

from articles import moderation, takedown
from articles.models import Article, LongAction, Reader, Section, Tag
from articles.record import change_rows, log_rows

Kind = LongAction.Kind
DONE = {
    Kind.APPROVE: "approved",
    Kind.REJECT: "rejected",
    Kind.HIDE: "hidden",
    Kind.SHOW: "shown again",
    Kind.SECTION: "moved to {}",
    Kind.TAG: "tagged with {}",
    Kind.RESTORE: "back to the publisher's words",
    Kind.TAKE_DOWN: "taken down",
}
OUT = (Article.Review.WAITING, Article.Review.REJECTED)


def find_target(kind: Kind, key: str) -> Section | Tag | None:
    """The section or tag of that key, where the decision needs one."""
    match kind:
        case Kind.SECTION:
            return Section.objects.get(pk=key)
        case Kind.TAG:
            return Tag.objects.get(pk=key)
    return None


def decide(
    kind: Kind, articles: QuerySet[Article], by: Reader | None, target: Section | Tag | None
) -> int:
    """How many articles it changed; those of which it cannot be said are left out."""
    done = DONE[kind].format(target)
    match kind:
        case Kind.HIDE:
            return change_rows(articles.filter(is_hidden=False), by, done, is_hidden=True)
        case Kind.SHOW:
            hidden = articles.filter(is_hidden=True).exclude(review__in=OUT)
            return change_rows(hidden, by, done, is_hidden=False)
        case Kind.SECTION:
            return change_rows(articles, by, done, section=target)
        case Kind.RESTORE:
            articles = articles.filter(is_locked=True, removed_at=None)
    log_rows(articles, by, done)
    return act(kind, articles, target)


def act(kind: Kind, articles: QuerySet[Article], target: Section | Tag | None) -> int:
    ids = articles.values_list("pk", flat=True)
    match kind, target:
        case Kind.APPROVE, _:
            return moderation.approve(ids)
        case Kind.REJECT, _:
            return moderation.reject(ids)
        case Kind.RESTORE, _:
            return moderation.restore(articles)
        case Kind.TAKE_DOWN, _:
            return takedown.take_down(ids, timezone.now())
        case Kind.TAG, Tag():
            return moderation.put_tag(articles, target)
    raise ValueError(f"nothing to do for {kind} with {target}")
