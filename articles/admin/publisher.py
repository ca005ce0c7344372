"""Publishers, what they are trusted with and how their pages are read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from articles.admin.history import Versioned
from articles.admin.rows import HTTPS
from articles.extraction.page import PageRules
from articles.models import Feed, Publisher


class FeedInline(admin.TabularInline):
    model = Feed
    formfield_overrides = HTTPS
    fields = ("url", "section", "language", "state", "fetched_at", "error")
    readonly_fields = ("fetched_at", "error")
    autocomplete_fields = ("section",)
    show_change_link = True

    def get_extra(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Publisher | None = None,
        **options: Any,  # noqa: ARG002 - as above
    ) -> int:
        """A new publisher is asked for its feed at once: without one nothing comes of it."""
        return 0 if obj else 1


class PublisherForm(forms.ModelForm):
    def clean_page_rules(self) -> Any:
        """What is wrong is said here: a worker would only leave the publisher's pages unread."""
        rules = self.cleaned_data["page_rules"] or {}  # of an emptied field None comes
        try:
            PageRules.from_json(rules)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return rules


@admin.register(Publisher)
class PublisherAdmin(Versioned):
    form = PublisherForm
    formfield_overrides = HTTPS
    list_display = ("name", "home_url", "trust", "is_active", "created_at")
    list_filter = ("is_active", "trust")
    search_fields = ("name", "home_url")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("created_at",)
    inlines = (FeedInline,)
    fieldsets = (
        (None, {"fields": (("name", "slug"), "home_url", "mark_url", "is_active", "trust")}),
        (
            "Rules for its articles",
            {
                "fields": ("is_full_text_allowed", "breaking_words", "page_rules", "text_days"),
                "classes": ("collapse",),
            },
        ),
        ("On record", {"fields": ("created_at",)}),
    )

    def view_on_site(self, publisher: Publisher) -> str:
        return publisher.home_url

    def has_delete_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        """Only one that has published nothing; `is_active` retires the others."""
        is_unused = obj is not None and not obj.articles.exists()
        return is_unused and super().has_delete_permission(request, obj)
