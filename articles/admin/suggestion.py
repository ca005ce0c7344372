"""What may become a tag: phrases that many articles are about, and publishers' own keywords."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from articles import suggesting
from articles.admin.paging import BigTable
from articles.admin.rows import MachineRows, TargetForm, change_rows, find_target, list_articles
from articles.models import PublisherKeyword, Suggestion


class StateFilter(admin.SimpleListFilter):
    """What is to be decided unless something else is asked for: only that has an index."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[Any]:  # noqa: ARG002 - Django's signature
        decided = [each for each in Suggestion.State.choices if each[0] != Suggestion.State.OPEN]
        return [*decided, ("all", "all")]

    def choices(self, changelist: Any) -> Any:
        default, *others = super().choices(changelist)
        return [default | {"display": Suggestion.State.OPEN.label}, *others]

    def queryset(self, request: HttpRequest, rows: QuerySet[Suggestion]) -> QuerySet[Suggestion]:  # noqa: ARG002 - as above
        if self.value() == "all":
            return rows
        return rows.filter(state=self.value() or Suggestion.State.OPEN)


@admin.register(Suggestion)
class SuggestionAdmin(MachineRows):
    action_form = TargetForm
    list_display = (
        *("phrase", "article_count", "keyword_count", "state", "tag", "first_seen_at"),
        "last_seen_at",
    )
    list_filter = (StateFilter, "last_seen_at")
    list_select_related = ("tag",)
    search_fields = ("folded",)
    ordering = ("-article_count",)
    fields = ("phrase", "state", "tag", "article_count", "keyword_count", "latest_articles")
    readonly_fields = fields
    actions = ("accept", "accept_for", "dismiss")

    @admin.display(description="latest articles")
    def latest_articles(self, suggestion: Suggestion) -> SafeString | str:
        return list_articles(suggestion.examples)

    @admin.action(description="Accept: a new tag each", permissions=["decide"])
    def accept(self, request: HttpRequest, rows: QuerySet[Suggestion]) -> None:
        made = [suggesting.accept(row) for row in rows]
        messages.success(request, f"Tags: {', '.join(map(str, made))}.")

    @admin.action(description="Accept: an alias of the target tag", permissions=["decide"])
    def accept_for(self, request: HttpRequest, rows: QuerySet[Suggestion]) -> None:
        tag = find_target(request)
        if tag:
            for row in rows:
                suggesting.accept(row, tag)
            messages.success(request, f"{len(rows)} aliases of {tag}.")

    @admin.action(description="Dismiss for good", permissions=["decide"])
    def dismiss(self, request: HttpRequest, rows: QuerySet[Suggestion]) -> None:
        open_ones = rows.filter(state=Suggestion.State.OPEN)
        change_rows(request, open_ones, "dismissed", state=Suggestion.State.DISMISSED)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("articles.add_tag")


@admin.register(PublisherKeyword)
class PublisherKeywordAdmin(BigTable):
    """Which of our tags a publisher's keyword means. Blocked until somebody has said so."""

    list_display = ("phrase", "publisher", "tag", "is_blocked", "article_count", "last_seen_at")
    list_filter = ("is_blocked", ("tag", admin.EmptyFieldListFilter), "publisher")
    list_select_related = ("publisher", "tag")
    search_fields = ("folded", "publisher__name")
    ordering = ("-article_count",)
    autocomplete_fields = ("tag",)
    fields = ("publisher", "phrase", "tag", "is_blocked", "article_count", "last_seen_at")
    readonly_fields = ("publisher", "phrase", "article_count", "last_seen_at")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False
