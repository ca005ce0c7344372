"""Verb: what takes too long for an answer, done by workers piece by piece.

A piece and the note that it is done are one transaction: a worker that is killed has done it or has
not, and another goes on from there.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.db import models, transaction

from articles import bulk, corrections
from articles.corrections import CorrectionError
from articles.feed_lists import add_feeds
from articles.feeds.opml import Outline
from articles.models import Article, Correction, LongAction, Reader, Tag

Kind = LongAction.Kind
M = TypeVar("M", bound=models.Model)
ARTICLES, FEEDS, ONE = 200, 20, 1  # pieces that share a transaction
LEFT_BEHIND = timedelta(seconds=30)


class Done(NamedTuple):
    changed: int
    refused: Sequence[str] = ()


def begin(
    kind: Kind, title: str, todo: Sequence[Any], by: Reader | None, now: datetime, target: str = ""
) -> LongAction:
    """Write down what is to be done; `todo` has one JSON value a piece."""
    return LongAction.objects.create(
        kind=kind,
        title=title[:200],
        todo=todo,
        target=target,
        total_count=len(todo),
        asked_by=by,
        asked_at=now,
        moved_at=now,
        ended_at=None if todo else now,
    )


def go_on(action_id: int, now: datetime) -> bool:
    """Do some more; whether there is more to do. Not where another worker is at it."""
    with transaction.atomic():
        free = LongAction.objects.select_for_update(skip_locked=True, of=("self",))
        unfinished = free.filter(pk=action_id, ended_at=None).select_related("asked_by")
        action = unfinished.first()
        if action is None:
            return False
        step, at_once = STEPS.get(Kind(action.kind), (decide_articles, ARTICLES))
        some = action.todo[action.done_count : action.done_count + at_once]
        done = step(action, some, now)
        action.changed_count += done.changed
        action.refused += done.refused
        action.done_count += len(some)
        action.moved_at = now
        if action.done_count >= action.total_count:
            action.ended_at = now
        # Without `todo`, which may hold thousands of values.
        action.save(
            update_fields=["changed_count", "refused", "done_count", "moved_at", "ended_at"]
        )
    return action.ended_at is None


def find_left_behind(now: datetime) -> Iterable[int]:
    """Ids of unfinished ones whose worker or message was lost."""
    return LongAction.objects.left_behind(now - LEFT_BEHIND).values_list("pk", flat=True)


def decide_articles(action: LongAction, some: Sequence[Any], _: datetime) -> Done:
    kind, articles = Kind(action.kind), Article.objects.filter(pk__in=some)
    target = bulk.find_target(kind, action.target)
    return Done(bulk.decide(kind, articles, action.asked_by, target))


def merge_tags(action: LongAction, some: Sequence[Any], now: datetime) -> Done:
    into, tags = Tag.objects.get(pk=action.target), Tag.objects.filter(pk__in=some)
    return correct(tags, lambda tag: corrections.merge_tags(tag, into, action.asked_by, now))


def undo(action: LongAction, some: Sequence[Any], now: datetime) -> Done:
    made = Correction.objects.filter(pk__in=some)
    return correct(made, lambda row: corrections.undo(row, action.asked_by, now))


def correct(rows: Iterable[M], work: Callable[[M], object]) -> Done:
    """What the rules refuse is said on the action's page, and the others are done."""
    changed, refused = 0, []
    for row in rows:
        try:
            work(row)
        except CorrectionError as error:
            refused.append(f"{row}: {error}")
        else:
            changed += 1
    return Done(changed, refused)


def import_feeds(_: LongAction, some: Sequence[Any], __: datetime) -> Done:
    added = add_feeds(Outline(**outline) for outline in some)
    return Done(added.new, [f"no address to fetch: {url}" for url in added.refused])


STEPS: dict[Kind, tuple[Callable[[LongAction, Sequence[Any], datetime], Done], int]] = {
    Kind.MERGE_TAGS: (merge_tags, ONE),
    Kind.UNDO: (undo, ONE),
    Kind.IMPORT_FEEDS: (import_feeds, FEEDS),
}
"""What a piece is, and how many share a transaction; of all others it is an article."""
