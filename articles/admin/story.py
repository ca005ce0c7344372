"""Stories: which articles tell of one event, and which of them leads."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles import corrections
from articles.admin.inbox import read_chosen
from articles.admin.paging import BigTable
from articles.admin.rows import correct, find_story
from articles.models import Article, Correction, Reader, Story

SHOWN_ARTICLES = 100
ASK_STORY = "Give the id or the address of the other story."
ARTICLES = (
    Article.objects.filter(story=OuterRef("pk")).order_by().values("story").annotate(n=Count("pk"))
)


class StoryForm(forms.ModelForm):
    def clean_lead(self) -> Article | None:
        lead: Article | None = self.cleaned_data["lead"]
        if lead and lead.story_id != self.instance.pk:
            raise ValidationError("The lead is one of the story's own articles.")
        return lead


class MergedFilter(admin.SimpleListFilter):
    """A story that is part of another one is empty: it is shown to who looks for it."""

    title = "merged"
    parameter_name = "merged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [("no", "on their own"), ("yes", "part of another")]

    def choices(self, changelist: Any) -> Any:
        """Without Django's “All”: no choice is the first one."""
        _, *choices = super().choices(changelist)
        choices[0]["selected"] = self.value() != "yes"
        return iter(choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Story]) -> QuerySet[Story]:  # noqa: ARG002 - as above
        return queryset.filter(merged_into__isnull=self.value() != "yes")


class CorrectionInline(admin.TabularInline):
    """What editors decided about the story, the newest first."""

    model = Correction
    fk_name = "story"
    fields = ("kind", "other_story", "made_by", "made_at", "undone_at")
    readonly_fields = fields
    ordering = ("-made_at",)
    show_change_link = True
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


# From the story as it is stored: the form has changed the one in memory.
def choose_lead(story_id: UUID, article: Article, by: Reader | None, now: datetime) -> None:
    corrections.choose_lead(Story.objects.get(pk=story_id), article, by, now)


def lock(story_id: UUID, by: Reader | None, now: datetime, *, is_locked: bool) -> None:
    corrections.lock(Story.objects.get(pk=story_id), by, now, is_locked=is_locked)


@admin.register(Story)
class StoryAdmin(BigTable):
    form = StoryForm
    change_form_template = "admin/articles/story/change_form.html"
    list_display = (
        *("__str__", "language", "article_count", "last_published_at"),
        *("is_locked", "on_site", "alert"),
    )
    list_filter = (MergedFilter, "last_published_at")
    search_fields = ("lead__title",)
    ordering = ("-last_published_at",)
    autocomplete_fields = ("lead",)
    fields = (
        "lead",
        "is_locked",
        "id",
        "language",
        "first_published_at",
        "last_published_at",
        "merged_into",
        "linked_to",
        "corrected_at",
        "created_at",
    )
    readonly_fields = fields[2:]
    inlines = (CorrectionInline,)
    actions = ("merge", "link")

    def save_model(
        self,
        request: HttpRequest,
        obj: Story,
        form: forms.ModelForm,
        change: bool,  # noqa: ARG002, FBT001 - Django's signature
    ) -> None:
        """Each change is a correction, on record and to be undone; nothing is written past them."""
        if "is_locked" in form.changed_data:
            done = "No article joins it by itself." if obj.is_locked else "Articles may join it."
            correct(request, done, partial(lock, obj.pk, is_locked=obj.is_locked))
        if "lead" in form.changed_data and obj.lead:
            correct(request, "Another article leads.", partial(choose_lead, obj.pk, obj.lead))

    def get_urls(self) -> list[URLPattern]:
        rearrange = self.admin_site.admin_view(self.rearrange)
        name = "articles_story_rearrange"
        return [path("<uuid:pk>/rearrange", rearrange, name=name), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        story: Story = context["original"]
        told = Article.objects.filter(story=story).select_related("publisher")
        context |= {
            "articles": told.order_by("published_at")[:SHOWN_ARTICLES],
            "article_count": told.count(),
            "may_change": self.has_change_permission(request, story),
        }
        return super().render_change_form(request, context, *args, **options)

    def rearrange(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Articles that were ticked on the story's page leave it, move, or lead it; or the whole of
        it becomes part of another.
        """
        story = get_object_or_404(Story, pk=pk)
        if request.method != "POST" or not self.has_change_permission(request, story):
            raise PermissionDenied
        if request.POST.get("act") == "merge":
            return self.merge_into(request, story, find_story(request.POST.get("target", "")))
        ticked = list(read_chosen(request).filter(story=story))
        if not ticked:
            messages.error(request, "Tick at least one article.")
            return redirect("admin:articles_story_change", pk)
        match request.POST.get("act"):
            case "split":
                work = partial(corrections.move, ticked, None)
                correct(request, f"{len(ticked)} tell a story of their own now.", work)
            case "move":
                target = find_story(request.POST.get("target", ""))
                if target is None:
                    messages.error(request, ASK_STORY)
                else:
                    work = partial(corrections.move, ticked, target)
                    correct(request, f"{len(ticked)} moved to “{target}”.", work)
            case "lead":
                work = partial(corrections.choose_lead, story, ticked[0])
                correct(request, "Another article leads.", work)
        return redirect("admin:articles_story_change", pk)

    def merge_into(self, request: HttpRequest, story: Story, target: Story | None) -> HttpResponse:
        if target is None or target == story:
            messages.error(request, ASK_STORY)
            return redirect("admin:articles_story_change", story.pk)
        done = f"It is part of “{target}” now."
        correct(request, done, partial(corrections.merge, target, [story]))
        return redirect("admin:articles_story_change", target.pk)

    @admin.action(description="Merge into the one that began first", permissions=["change"])
    def merge(self, request: HttpRequest, stories: QuerySet[Story]) -> None:
        first, *others = stories.order_by("first_published_at", "pk")
        work = partial(corrections.merge, first, others)
        correct(request, f"{len(others) + 1} stories are one now.", work)

    @admin.action(description="Link: the same in several languages", permissions=["change"])
    def link(self, request: HttpRequest, stories: QuerySet[Story]) -> None:
        first, *others = stories.order_by("first_published_at", "pk")
        for other in others:
            correct(request, f"“{other}” is linked.", partial(corrections.link, other, first))
        if not others:
            messages.error(request, "Choose at least two stories.")

    @admin.display(description="page")
    def on_site(self, story: Story) -> SafeString:
        url = reverse("story", args=[settings.LANGUAGE_CODE, story.pk])
        return format_html('<a href="{}">open</a>', url)

    @admin.display(description="alert")
    def alert(self, story: Story) -> SafeString:
        url = reverse("admin:notifications_alert_add")
        return format_html('<a href="{}?story={}">write one</a>', url, story.pk)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        may_write = request.user.has_perm("notifications.add_alert")
        return self.list_display if may_write else self.list_display[:-1]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Story]:
        """With what a story's name and its counts need; autocomplete asks here, too."""
        stories: QuerySet[Story] = super().get_queryset(request)
        return stories.select_related("lead").annotate(
            article_count=Coalesce(Subquery(ARTICLES.values("n")), 0)
        )

    @admin.display(description="articles")
    def article_count(self, story: Any) -> int:
        count: int = story.article_count
        return count

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Story | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        """Never: with the story would go the memory of who has been told."""
        return False
