"""What several admins share: rows that only the product writes, actions on lists, short digests."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Field, Model, QuerySet, URLField
from django.http import HttpRequest

# What a browser does with "gazette.example", and Django from its next version on.
HTTPS: dict[type[Field], dict[str, str]] = {URLField: {"assume_scheme": "https"}}


class MachineRows(admin.ModelAdmin):
    """Rows that only the product writes: to be looked at, neither added nor changed by hand.

    Counts and facets would scan tables that grow with the audience, so they are left out.
    """

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Model | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        return False


def change_rows(request: HttpRequest, rows: QuerySet[Any], done: str, **changes: object) -> None:
    """Update rows from a list action, note each in the history, and tell the editor how many.

    `done` is the participle for both: "hidden", "paused".
    """
    log_rows(request, rows, done)
    # The filter again and not the keys: a worker may have finished a row since it was read.
    count = rows.update(**changes)
    messages.success(request, f"{count} {done}.")


def log_rows(request: HttpRequest, rows: QuerySet[Any], done: str) -> None:
    """Note in the history of each row what a list action did to it."""
    found = list(rows)
    if found and request.user.pk:
        LogEntry.objects.log_actions(request.user.pk, found, CHANGE, f"{done} from the list")


def shorten_digest(digest: bytes | memoryview) -> str:
    """The first 8 hex digits: enough to compare with a log line, of no use to a thief."""
    return bytes(digest)[:4].hex()
