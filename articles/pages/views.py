"""The home page and the page of an article."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from articles.models import Article, Tag, Trend
from articles.pages import structure
from articles.pages.headers import public_page
from articles.pages.page import Context, Page
from articles.pages.paging import cut_page, find_start

TAGS_OF_THE_DAY = 12


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The home page in the browser's language; each browser's own answer, so no cache keeps it."""
    response = redirect("home", translation.get_language_from_request(request))
    response["Vary"] = "Accept-Language"
    response["Cache-Control"] = "private, max-age=0"
    return response


@public_page
def home(request: HttpRequest, lang: str) -> Page:
    start = find_start(request)

    def describe() -> Context:
        shown = cut_page(Article.objects.shown(), start)
        return {"tags": list_tags(), "facts": structure.site(lang), **shown}

    return Page(request, "articles/home.html", describe)


def list_tags() -> list[Tag]:
    """Those that rise most today, else those with most articles."""
    since = timezone.now() - timedelta(days=1)
    rising = list(Tag.objects.rising(Trend.Span.DAY)[:TAGS_OF_THE_DAY])
    return rising or list(Tag.objects.busiest(since)[:TAGS_OF_THE_DAY])


@public_page
def show_article(request: HttpRequest, lang: str, pk: UUID) -> Page:
    shown = Article.objects.shown().with_card().select_related("text")
    article = get_object_or_404(shown, pk=pk)

    def describe() -> Context:
        same_story = Article.objects.shown().with_card().filter(story=article.story_id)
        tags = list(article.tags.filter(merged_into=None).order_by("name"))
        return {
            "article": article,
            "html": article.text.html if hasattr(article, "text") else "",
            "tags": tags,
            "others": same_story.exclude(pk=pk).newest_first() if article.story_id else [],
            "facts": structure.news_article(article, tags, f"{settings.SITE_URL}/{lang}"),
        }

    return Page(request, "articles/article.html", describe)
