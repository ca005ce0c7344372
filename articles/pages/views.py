"""The public pages. Each asks a question of the models and shows the answer."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from articles.models import Article, Story, Tag, Trend
from articles.models.article import ArticleQuerySet
from articles.pages.headers import public_page
from articles.tagging import fold

CARDS = 20
TAGS_OF_THE_DAY = 12
RELATED = 5


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
def show_tag(request: HttpRequest, lang: str, name: str) -> HttpResponse:
    """The tag's articles; another spelling of its name leads to the one it has."""
    tag = find_tag(name)
    if tag is None:
        near = Tag.objects.near(name)
        return render(
            request, "articles/no_tag.html", {"lang": lang, "name": name, "tags": near}, status=404
        )
    if tag.name != name:
        return redirect("tag", lang, tag.name, permanent=True)
    shown = cut_page(request, Article.objects.tagged(tag))
    related = Tag.objects.related_to(tag)[:RELATED]
    context = {"lang": lang, "tag": tag, "related": related, **shown}
    return render(request, "articles/tag.html", context)


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


def find_tag(name: str) -> Tag | None:
    """The tag of exactly this name, else one whose name differs in case, hyphens or spaces; or what
    it was merged into.
    """
    name = name.replace("\x00", "")  # PostgreSQL refuses it in any text
    glued = fold(name).replace(" ", "")
    spellings = Q(name__iexact=name) | Q(slug=name.lower())
    if glued:
        spellings |= Q(name__iexact=glued) | Q(slug=glued)
    found = Tag.objects.filter(spellings).select_related("merged_into")
    tag = min(found, key=lambda tag: (tag.name != name, tag.name), default=None)
    return (tag.merged_into or tag) if tag else None


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
