"""Feeds: added by any address, watched on a board, paused, asked for now; in and out as lists."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles.admin.history import Versioned
from articles.admin.long_action import begin_long
from articles.admin.paging import BigTable
from articles.admin.rows import HTTPS, change_rows
from articles.diagnosis import reason
from articles.discovering import Candidate, discover
from articles.feed_health import read_board, tell
from articles.feed_lists import Imported, add_feeds, export_feeds
from articles.feeds.fetch import FetchError
from articles.feeds.opml import Outline, read_opml
from articles.feeds.xml import ParseError
from articles.models import Feed, HubSubscription, LongAction

SHOWN = 200
AT_ONCE = 50  # feeds that are added while the editor waits
MOST_BYTES = 5_000_000  # of an uploaded list


class LanguageFilter(admin.AllValuesFieldListFilter):
    """That none is set is a choice as well, and needs words."""

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or "as entries say"}


@admin.register(Feed)
class FeedAdmin(Versioned, BigTable):
    change_list_template = "admin/articles/feed/change_list.html"
    formfield_overrides = HTTPS
    list_display = (
        "url",
        "publisher",
        "state",
        "error",
        "error_count",
        "fetched_at",
        "changed_at",
    )
    list_filter = (
        *("state", ("error", admin.EmptyFieldListFilter), "section"),
        ("language", LanguageFilter),
    )
    list_select_related = ("publisher",)
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

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Callable[..., HttpResponse]) -> URLPattern:
            name = f"articles_feed_{route.strip('/')}"
            return path(route, self.admin_site.admin_view(view), name=name)

        return [
            own("health/", self.health),
            own("discover/", self.discover),
            own("import/", self.import_list),
            own("export/", self.export_list),
            *super().get_urls(),
        ]

    def page(self, request: HttpRequest, name: str, **context: object) -> HttpResponse:
        shown = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return render(request, f"admin/articles/feed/{name}.html", shown)

    def health(self, request: HttpRequest) -> HttpResponse:
        """The board, and its buttons for one feed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        act = self.board_acts.get(request.POST.get("act", ""))
        if act:
            if not self.has_change_permission(request):
                raise PermissionDenied
            act(self, request, Feed.objects.filter(pk=read_number(request.POST.get("feed"))))
            return redirect(request.get_full_path())
        feeds = Feed.objects.all()
        if request.GET.get("show") == "failing":
            feeds = feeds.exclude(error="")
        board = read_board(feeds, timezone.now(), SHOWN)
        may_change = self.has_change_permission(request)
        return self.page(
            request, "health", title="Health of feeds", board=board, may_change=may_change
        )

    def discover(self, request: HttpRequest) -> HttpResponse:
        """From any address of a publisher to its feeds, with a look inside."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            chosen = [Outline(**each) for each in read_chosen(request)]
            self.tell_added(request, add_feeds(chosen))
            return redirect("admin:articles_feed_health")
        url = request.GET.get("url", "").strip()
        found, trouble = look_for_feeds(url)
        stored = Feed.objects.filter(url__in=[each.url for each in found])
        known = set(stored.values_list("url", flat=True))
        return self.page(
            request,
            "discover",
            title="Add feeds by an address",
            url=url,
            found=found,
            known=known,
            has_new=len(known) < len(found),
            trouble=trouble,
        )

    def import_list(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        upload = request.FILES.get("list")
        if upload is not None:
            try:
                outlines = read_opml(upload.read(MOST_BYTES))
            except ParseError as error:
                messages.error(request, f"That is no list of feeds: {error}.")
            else:
                self.add(request, outlines, upload.name or "a list")
                return redirect("admin:articles_feed_changelist")
        return self.page(request, "import", title="Import a list of feeds (OPML)")

    def export_list(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        feeds = Feed.objects.select_related("publisher", "section").order_by("publisher__name")
        answer = HttpResponse(export_feeds(feeds, timezone.now()), "text/x-opml")
        answer["Content-Disposition"] = 'attachment; filename="feeds.opml"'
        return answer

    def add(self, request: HttpRequest, outlines: Sequence[Outline], name: str) -> None:
        if len(outlines) <= AT_ONCE:
            self.tell_added(request, add_feeds(outlines))
            return
        kind, title = LongAction.Kind.IMPORT_FEEDS, f"{len(outlines):,} feeds of {name}"
        begin_long(request, kind, title, [asdict(outline) for outline in outlines])

    def tell_added(self, request: HttpRequest, added: Imported) -> None:
        messages.success(request, f"{added.new} new, {added.known} known already.")
        for url in added.refused:
            messages.error(request, f"Refused: {url}")

    def get_fields(self, request: HttpRequest, obj: Feed | None = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        chosen = ("publisher", "url", "section", "language", "state", "identity")
        return (*chosen, *self.readonly_fields) if obj else chosen

    @admin.display(description="how it is")
    def why_quiet(self, feed: Feed) -> str:
        return tell(feed, timezone.now())

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

    board_acts = {"pause": pause, "resume": resume, "fetch_now": fetch_now}


def read_chosen(request: HttpRequest) -> list[dict[str, str]]:
    """The ticked feeds of the page that discovered them, each with what was learnt of it."""
    ticked = request.POST.getlist("feed")
    return [
        {
            "feed_url": url,
            "title": request.POST.get(f"title {url}", ""),
            "home_url": request.POST.get(f"home {url}", ""),
            "language": request.POST.get(f"language {url}", "")[:12],
        }
        for url in ticked
    ]


def look_for_feeds(url: str) -> tuple[list[Candidate], str]:
    """What can be read from there on, and else what is the matter, in a sentence."""
    if not url:
        return [], ""
    try:
        found = discover(url)
    except FetchError as error:
        return [], f"It cannot be read: {reason(error.reason)}."
    page_only = "It can be read, but neither it nor the usual addresses there lead to a feed."
    return found, "" if found else f"{page_only} Try the address of the feed itself."


def read_number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
