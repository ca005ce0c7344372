"""What editors decided, to be undone."""

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from articles import corrections
from articles.admin.long_action import begin_long
from articles.admin.rows import MachineRows, correct
from articles.models import Correction, LongAction
from articles.tag_merging import is_large


@admin.register(Correction)
class CorrectionAdmin(MachineRows):
    list_display = ("__str__", "kind", "made_by", "made_at", "undone_by", "undone_at")
    list_filter = ("kind", ("undone_at", admin.EmptyFieldListFilter), "made_at")
    list_select_related = ("story__lead", "tag", "article", "made_by", "undone_by")
    search_fields = ("story__lead__title", "tag__name", "article__title")
    ordering = ("-made_at",)
    fields = (
        *("kind", "story", "other_story", "article", "tag", "other_tag"),
        *("made_by", "made_at", "undone_by", "undone_at"),
    )
    readonly_fields = fields
    actions = ("undo",)

    @admin.action(description="Undo", permissions=["undo"])
    def undo(self, request: HttpRequest, rows: QuerySet[Correction]) -> None:
        """The newest first, since a later one may build on an earlier one."""
        for row in rows.order_by("-made_at", "-pk"):
            if row.tag and row.kind == Correction.Kind.MERGE_TAGS and is_large(row.tag):
                begin_long(request, LongAction.Kind.UNDO, f"Undo: {row}", [row.pk])
            else:
                correct(request, f"Undone: {row}.", partial(corrections.undo, row))

    def has_undo_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("articles.change_story")

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Correction | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        """Never: it is the record of who did what."""
        return False
