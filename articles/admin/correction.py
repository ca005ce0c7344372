"""What editors decided, to be undone."""

from functools import partial

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

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
    change_form_template = "admin/articles/correction/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        undo = self.admin_site.admin_view(require_POST(self.undo_one))
        return [path("<int:pk>/undo", undo, name="articles_correction_undo"), *super().get_urls()]

    def undo_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button on a correction's own page."""
        if not self.has_undo_permission(request):
            raise PermissionDenied
        self.undo(request, Correction.objects.filter(pk=pk))
        return redirect("admin:articles_correction_change", pk)

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
