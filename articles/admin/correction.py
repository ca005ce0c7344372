"""What editors decided, to be undone; and pairs of stories that may be the same."""

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles import corrections
from articles.admin.rows import MachineRows, correct
from articles.models import Correction, Story, StoryPair


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


@admin.register(StoryPair)
class StoryPairAdmin(MachineRows):
    """Maybe the same: the machine was in doubt."""

    list_display = ("older", "newer", "likeness", "state", "created_at")
    list_display_links = None
    list_filter = ("state", "created_at")
    list_select_related = ("story__lead__publisher", "other__lead__publisher")
    search_fields = ("story__lead__title", "other__lead__title")
    ordering = ("-created_at",)
    actions = ("merge", "keep_apart")

    @admin.display(description="this story")
    def older(self, pair: StoryPair) -> SafeString:
        return link_to(pair.other)

    @admin.display(description="and this one")
    def newer(self, pair: StoryPair) -> SafeString:
        return link_to(pair.story)

    @admin.action(description="The same: merge them", permissions=["decide"])
    def merge(self, request: HttpRequest, pairs: QuerySet[StoryPair]) -> None:
        for pair in pairs:
            work = partial(corrections.merge, pair.other, [pair.story])
            correct(request, f"“{pair.other}” is one story now.", work)

    @admin.action(description="Not the same: keep them apart", permissions=["decide"])
    def keep_apart(self, request: HttpRequest, pairs: QuerySet[StoryPair]) -> None:
        for pair in pairs:
            correct(request, f"{pair} stay apart.", partial(corrections.keep_apart, pair))

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("articles.change_story")

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: StoryPair | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        """Never: it keeps the followers of one story from being told of the other at once."""
        return False


def link_to(story: Story) -> SafeString:
    url = reverse("admin:articles_story_change", args=[story.pk])
    publisher = story.lead.publisher if story.lead else ""
    return format_html('<a href="{}">{}</a><br>{}', url, story, publisher)
