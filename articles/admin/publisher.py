"""Publishers and their feeds."""

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles.admin.rows import HTTPS, change_rows
from articles.diagnosis import Facts, explain
from articles.models import Feed, HubSubscription, Publisher


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
        "why_quiet",
        "last_fetches",
        "format",
        "interval",
        "due_at",
        "lease_until",
        "fetched_at",
        "changed_at",
        "moved_to",
        "hub_state",
        "etag",
        "last_modified",
    )
    actions = ("pause", "resume", "fetch_now")

    def get_fields(self, request: HttpRequest, obj: Feed | None = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        chosen = ("publisher", "url", "section", "language", "state", "identity")
        return (*chosen, *self.readonly_fields) if obj else chosen

    @admin.display(description="how it is")
    def why_quiet(self, feed: Feed) -> str:
        facts = Facts(
            state=feed.state,
            is_publisher_active=feed.publisher.is_active,
            error=feed.error,
            error_count=feed.error_count,
            failing_since=feed.failing_since,
            fetched_at=feed.fetched_at,
            changed_at=feed.changed_at,
            due_at=feed.due_at,
            is_leased=feed.lease_until is not None,
            is_index=feed.format == "sitemap_index",
        )
        return explain(facts, timezone.now())

    @admin.display(description="last fetches")
    def last_fetches(self, feed: Feed) -> SafeString | str:
        columns = ("at", "status", "bytes", "entries", "new", "changed", "ms", "error")
        head = format_html_join("", "<th>{}</th>", ((name,) for name in columns))
        cells = (
            format_html_join("", "<td>{}</td>", ((fetch.get(name) or "",) for name in columns))
            for fetch in feed.fetches
        )
        rows = format_html_join("", "<tr>{}</tr>", ((row,) for row in cells))
        table = "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
        return format_html(table, head, rows) if feed.fetches else "none yet"

    @admin.display(description="hub")
    def hub_state(self, feed: Feed) -> str:
        hub = HubSubscription.objects.filter(feed=feed).first()
        if hub is None:
            return "the feed names none"
        sent = (
            f"last sent {hub.delivered_at:%d %b %H:%M}" if hub.delivered_at else "sent nothing yet"
        )
        return f"{hub.hub_url}: {hub.get_state_display()}, {sent} {hub.error}"

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
