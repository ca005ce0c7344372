"""The public pages. Each asks a question of the models and shows the answer."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from articles.models import Article, Tag, Trend
from articles.models.article import ArticleQuerySet
from articles.pages.headers import public_page

CARDS = 20
TAGS_OF_THE_DAY = 12


@public_page
def front(_: HttpRequest) -> HttpResponse:
    return redirect("home", settings.LANGUAGE_CODE)


@public_page
def home(request: HttpRequest, lang: str) -> HttpResponse:
    shown = {
        "tags": list_tags(),
        **cut_page(request, Article.objects.shown()),
    }
    return render(request, "articles/home.html", {"lang": lang, **shown})


def list_tags() -> list[Tag]:
    """Those that rise most today, else those with most articles."""
    since = timezone.now() - timedelta(days=1)
    rising = list(Tag.objects.rising(Trend.Span.DAY)[:TAGS_OF_THE_DAY])
    return rising or list(Tag.objects.busiest(since)[:TAGS_OF_THE_DAY])


@public_page
def show_article(request: HttpRequest, lang: str, pk: UUID) -> HttpResponse:
    shown = Article.objects.shown().with_card().select_related("text")
    article = get_object_or_404(shown, pk=pk)
    same_story = Article.objects.shown().with_card().filter(story=article.story_id)
    context = {
        "lang": lang,
        "article": article,
        "html": article.text.html if hasattr(article, "text") else "",
        "tags": article.tags.filter(merged_into=None).order_by("name"),
        "others": same_story.exclude(pk=pk).newest_first() if article.story_id else [],
    }
    return render(request, "articles/article.html", context)


def cut_page(request: HttpRequest, articles: ArticleQuerySet) -> dict[str, object]:
    """One page of cards after the article that `before` names, and the name for the next page."""
    before = request.GET.get("before", "")
    if before:
        try:
            articles = articles.older_than(get_object_or_404(Article, pk=UUID(before)))
        except ValueError as error:
            raise Http404 from error
    cards = list(articles.with_card().newest_first()[: CARDS + 1])
    older = cards[CARDS - 1].pk if len(cards) > CARDS else None
    return {"articles": cards[:CARDS], "older": older}
