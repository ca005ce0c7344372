"""Sections, the categories on cards."""

from django.contrib import admin
from django.http import HttpRequest

from articles.admin.history import Versioned
from articles.admin.labels import LABELS, LabelledForm
from articles.models import Section


@admin.register(Section)
class SectionAdmin(Versioned):
    form = LabelledForm
    fieldsets = (
        (None, {"fields": ("name", "slug")}),
        ("In other languages", {"fields": (tuple(LABELS),)}),
    )
    list_display = ("name", "slug")
    search_fields = ("name",)
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}

    def has_delete_permission(self, request: HttpRequest, obj: Section | None = None) -> bool:
        """Only an empty one: else every article of the section would have to be rewritten."""
        is_unused = obj is not None and not obj.articles.exists()
        return is_unused and super().has_delete_permission(request, obj)
