"""The page of a story."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from articles.models import Article, Story, Tag
from articles.pages.headers import public_page

RELATED = 5


@public_page
def show_story(request: HttpRequest, lang: str, pk: UUID) -> HttpResponse:
    """What several publishers tell of one event; a merged story leads to where it is told now."""
    story = get_object_or_404(Story.objects.select_related("lead__publisher"), pk=pk)
    if story.merged_into_id:
        return redirect("story", lang, story.merged_into_id, permanent=True)
    articles = list(
        Article.objects.shown().with_card().filter(story=story).order_by("published_at", "pk")
    )
    if not articles:
        raise Http404
    others = Story.objects.shown().select_related("lead__publisher", "lead__section")
    context = {
        "lang": lang,
        "story": story,
        "lead": next((each for each in articles if each.pk == story.lead_id), articles[0]),
        "articles": articles,
        "publishers": len({article.publisher_id for article in articles}),
        "tags": Tag.objects.of_story([story.pk]),
        "translations": others.filter(pk__in=story.group()).exclude(pk=story.pk),
        "related": others.related_to(story)[:RELATED],
    }
    return render(request, "articles/story.html", context)
