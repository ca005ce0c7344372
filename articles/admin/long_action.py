"""What takes longer than an editor waits: how far it is, and what came of it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles import long_actions
from articles.admin.live import LiveRows, draw_bar
from articles.admin.rows import SHOWN, editor_of
from articles.models import LongAction
from articles.tasks import go_on_with

BEGUN = '{}: begun. You need not wait; <a href="{}">see how far it is</a>.'


@admin.register(LongAction)
class LongActionAdmin(LiveRows):
    list_display = ("title", "progress", "changed_count", "asked_by", "asked_at", "ended_at")
    list_filter = ("kind", ("ended_at", admin.EmptyFieldListFilter), "asked_at")
    list_select_related = ("asked_by",)
    search_fields = ("title",)
    ordering = ("-asked_at",)
    fields = (
        *("title", "progress", "changed_count", "what_was_refused"),
        *("asked_by", "asked_at", "moved_at", "ended_at"),
    )
    readonly_fields = fields

    def is_over(self, row: LongAction) -> bool:
        return row.ended_at is not None

    @admin.display(description="done")
    def progress(self, row: LongAction) -> SafeString:
        return draw_bar(row.done_count, row.total_count, "done")

    @admin.display(description="refused")
    def what_was_refused(self, row: LongAction) -> SafeString | str:
        rows = ((sentence,) for sentence in row.refused[:SHOWN])
        return format_html_join("", "<p>{}</p>", rows) or "nothing"


def begin_long(
    request: HttpRequest,
    kind: LongAction.Kind,
    title: str,
    todo: Sequence[Any],
    target: str = "",
) -> LongAction:
    """Write a long action down, let a worker begin, and tell the editor where to look."""
    by, now = editor_of(request), timezone.now()
    action = long_actions.begin(kind, title, todo, by, now, target)
    transaction.on_commit(partial(go_on_with.delay, action.pk))
    url = reverse("admin:articles_longaction_change", args=[action.pk])
    messages.info(request, format_html(BEGUN, action.title, url))
    return action
