"""Publishers and their feeds."""

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from articles.admin.rows import HTTPS, change_rows
from articles.models import Feed, Publisher


class FeedInline(admin.TabularInline):
    model = Feed
    formfield_overrides = HTTPS
    fields = ("url", "section", "language", "state", "fetched_at", "error")
    readonly_fields = ("fetched_at", "error")
    autocomplete_fields = ("section",)
    show_change_link = True
    extra = 0


@admin.register(Publisher)
class PublisherAdmin(admin.ModelAdmin):
    formfield_overrides = HTTPS
    list_display = ("name", "home_url", "is_active", "created_at")
    list_filter = ("is_active",)
    search_fields = ("name", "home_url")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("created_at",)
    inlines = (FeedInline,)

    def view_on_site(self, publisher: Publisher) -> str:
        return publisher.home_url

    def has_delete_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        """Only one that has published nothing; `is_active` retires the others."""
        is_unused = obj is not None and not obj.articles.exists()
        return is_unused and super().has_delete_permission(request, obj)


@admin.register(Feed)
class FeedAdmin(admin.ModelAdmin):
    formfield_overrides = HTTPS
    list_display = (
        "url",
        "publisher",
        "section",
        "state",
        "due_at",
        "fetched_at",
        "changed_at",
        "error_count",
        "error",
    )
    list_filter = ("state", ("error", admin.EmptyFieldListFilter), "section", "language")
    list_select_related = ("publisher", "section")
    search_fields = ("url", "publisher__name")
    ordering = ("publisher__name", "url")
    autocomplete_fields = ("publisher", "section")
    readonly_fields = (
        "due_at",
        "lease_until",
        "fetched_at",
        "changed_at",
        "etag",
        "last_modified",
        "error",
        "error_count",
    )
    actions = ("pause", "resume", "fetch_now")

    def get_fields(self, request: HttpRequest, obj: Feed | None = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        chosen = ("publisher", "url", "section", "language", "state")
        return (*chosen, *self.readonly_fields) if obj else chosen

    @admin.action(description="Pause: fetch no more", permissions=["change"])
    def pause(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        active = feeds.filter(state=Feed.State.ACTIVE)
        change_rows(request, active, "paused", state=Feed.State.PAUSED)

    @admin.action(description="Resume, also feeds that ended", permissions=["change"])
    def resume(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        stopped = feeds.exclude(state=Feed.State.ACTIVE)
        change_rows(request, stopped, "resumed", state=Feed.State.ACTIVE, due_at=Now())

    @admin.action(description="Fetch now", permissions=["change"])
    def fetch_now(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        """Active feeds become due; the next tick of the schedule takes them."""
        active = feeds.filter(state=Feed.State.ACTIVE)
        change_rows(request, active, "asked for now", due_at=Now())
