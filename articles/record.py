"""What editors did to rows: an entry in the history of each, and its versions where it has some."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet

from articles.models import Reader

FIRST = "as it was before an editor changed it"


def change_rows(rows: QuerySet[Any], by: Reader | None, done: str, **changes: object) -> int:
    """Update rows and note it in the history of each; how many.

    `done` is a participle: "hidden", "paused".
    """
    log_rows(rows, by, done)
    with versions(rows, by, f"{done} from the list"):
        # The filter again and not the keys: a worker may have finished a row since it was read.
        return rows.update(**changes)


def log_rows(rows: QuerySet[Any], by: Reader | None, done: str) -> None:
    """Note in the history of each row what a list action did to it."""
    found = list(rows)
    if found and by:
        LogEntry.objects.log_actions(by.pk, found, CHANGE, f"{done} from the list")


@contextmanager
def versions(rows: QuerySet[Any], by: Reader | None, why: str) -> Iterator[None]:
    """Keep what rows are like before and after they are changed at once; nothing of rows that have
    no history.
    """
    model, ids = rows.model, list(rows.values_list("pk", flat=True))
    if hasattr(model, "history"):
        keep_first(model, ids)
    yield
    if hasattr(model, "history"):
        changed = model.objects.filter(pk__in=ids)
        model.history.bulk_history_create(
            list(changed), update=True, default_user=by, default_change_reason=why
        )


def keep_first(model: Any, ids: Iterable[Any]) -> None:
    """The first version of rows that have none yet."""
    asked = list(ids)
    known = model.history.filter(id__in=asked).values_list("id", flat=True)
    new = model.objects.filter(pk__in=asked).exclude(pk__in=set(known))
    model.history.bulk_history_create(list(new), update=True, default_change_reason=FIRST)
