"""The page of a story."""

from itertools import groupby
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404, redirect

from articles.models import Article, Story, Tag
from articles.pages import structure
from articles.pages.headers import Answer, public_page
from articles.pages.page import Context, Page

RELATED = 5


@public_page
def show_story(request: HttpRequest, lang: str, pk: UUID) -> Answer:
    """What several publishers tell of one event; a merged story leads to where it is told now."""
    story = get_object_or_404(Story.objects.select_related("lead__publisher"), pk=pk)
    if story.merged_into_id:
        return redirect("story", lang, story.merged_into_id, permanent=True)
    articles = list(
        Article.objects.shown().with_card().filter(story=story).order_by("published_at", "pk")
    )
    if not articles:
        raise Http404

    def describe() -> Context:
        others = Story.objects.shown().select_related("lead__publisher", "lead__section")
        return {
            "story": story,
            "lead": next((each for each in articles if each.pk == story.lead_id), articles[0]),
            "articles": articles,
            "publishers": list_by_publisher(articles),
            "tags": Tag.objects.of_story([story.pk]),
            "translations": others.filter(pk__in=story.group()).exclude(pk=story.pk),
            "related": others.related_to(story)[:RELATED],
            "facts": structure.story(story, articles, lang),
        }

    return Page(request, "articles/story.html", describe)


def list_by_publisher(articles: list[Article]) -> list[tuple[Article, list[Article]]]:
    """Each publisher's latest word and what it said before, who told of it first coming first."""
    first_told: dict[UUID, int] = {}
    for place, article in enumerate(articles):
        first_told.setdefault(article.publisher_id, place)

    def turn(article: Article) -> int:
        return first_told[article.publisher_id]

    told = [list(own) for _, own in groupby(sorted(articles, key=turn), key=turn)]
    return [(own[-1], own[:-1]) for own in told]
