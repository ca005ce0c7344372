"""Maybe the same: two stories side by side, and one key for the answer."""

from dataclasses import dataclass
from functools import partial

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles import corrections
from articles.admin.rows import MachineRows, correct
from articles.models import Article, Story, StoryPair, Tag
from articles.text import plain_text

SHOWN_LETTERS = 2500


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two stories, as far as it takes to see whether it tells of the same event."""

    story: Story
    text: str
    articles: list[Article]
    tags: list[Tag]


@admin.register(StoryPair)
class StoryPairAdmin(MachineRows):
    change_list_template = "admin/articles/storypair/change_list.html"
    list_display = ("older", "newer", "likeness", "state", "created_at")
    list_display_links = None
    list_filter = ("state", "created_at")
    list_select_related = ("story__lead__publisher", "other__lead__publisher")
    search_fields = ("story__lead__title", "other__lead__title")
    ordering = ("-pk",)
    actions = ("merge", "keep_apart")

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(self.decide)
        return [
            path("decide/", decide, name="articles_storypair_decide"),
            *super().get_urls(),
        ]

    def decide(self, request: HttpRequest) -> HttpResponse:
        """The newest open pair after those that were passed over; or the answer to one."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self.answer(request)
        pairs = StoryPair.objects.filter(state=StoryPair.State.OPEN).order_by("-pk")
        after = request.GET.get("after", "")
        rest = pairs.filter(pk__lt=after) if after.isdigit() else pairs
        pair = rest.select_related("story__lead__publisher", "other__lead__publisher").first()
        context = {
            **self.admin_site.each_context(request),
            "title": "Maybe the same",
            "opts": self.opts,
            "pair": pair,
            "sides": [look_at(pair.other), look_at(pair.story)] if pair else [],
            "left": rest.count(),
            "is_passed": bool(after),
        }
        return render(request, "admin/articles/storypair/decide.html", context)

    def answer(self, request: HttpRequest) -> HttpResponse:
        asked = request.POST.get("pair", "")
        pairs = StoryPair.objects.select_related("story__lead", "other__lead")
        pair = pairs.filter(pk=asked).first() if asked.isdigit() else None
        if pair is None:
            return redirect("admin:articles_storypair_decide")
        match request.POST.get("answer"):
            case "same":
                merge_pair(request, pair)
            case "apart":
                correct(request, f"{pair} stay apart.", partial(corrections.keep_apart, pair))
        return redirect(f"{reverse('admin:articles_storypair_decide')}?after={pair.pk}")

    @admin.display(description="this story")
    def older(self, pair: StoryPair) -> SafeString:
        return link_to(pair.other)

    @admin.display(description="and this one")
    def newer(self, pair: StoryPair) -> SafeString:
        return link_to(pair.story)

    @admin.action(description="The same: merge them", permissions=["decide"])
    def merge(self, request: HttpRequest, pairs: QuerySet[StoryPair]) -> None:
        for pair in pairs:
            merge_pair(request, pair)

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


def merge_pair(request: HttpRequest, pair: StoryPair) -> None:
    work = partial(corrections.merge, pair.other, [pair.story])
    correct(request, f"“{pair.other}” is one story now.", work)


def look_at(story: Story) -> Side:
    articles = Article.objects.filter(story=story).select_related("publisher", "text")
    shown = list(articles.order_by("published_at")[:8])
    lead = next((each for each in shown if each.pk == story.lead_id), shown[0] if shown else None)
    html = lead.text.html if lead and hasattr(lead, "text") else ""
    text = plain_text(html) or (lead.summary if lead else "")
    return Side(story, text[:SHOWN_LETTERS], shown, list(Tag.objects.of_story([story.pk])))


def link_to(story: Story) -> SafeString:
    url = reverse("admin:articles_story_change", args=[story.pk])
    publisher = story.lead.publisher if story.lead else ""
    return format_html('<a href="{}">{}</a><br>{}', url, story, publisher)
