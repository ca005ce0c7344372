"""Pages that list articles by something else than a tag, and tags by how they rise."""

from django.contrib.postgres.search import SearchQuery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from articles.models import Article, Publisher, Section, Tag, Trend
from articles.models.article import ArticleQuerySet
from articles.pages.headers import public_page
from articles.pages.paging import cut_page
from articles.pages.structure import item_list
from articles.searching import understand

TAGS_SHOWN = 24
TAGS_FOUND = 8
LONGEST_SEARCH = 100


@public_page
def show_section(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    section = get_object_or_404(Section, slug=slug)
    shown = cut_page(request, section_articles(section))
    facts = item_list(section.label_in([lang]), shown["articles"], lang)
    return render(request, "articles/section.html", {"section": section, "facts": facts, **shown})


@public_page
def show_publisher(request: HttpRequest, lang: str, slug: str) -> HttpResponse:
    publisher = get_object_or_404(Publisher, slug=slug)
    shown = cut_page(request, publisher_articles(publisher))
    facts = item_list(publisher.name, shown["articles"], lang)
    return render(
        request, "articles/publisher.html", {"publisher": publisher, "facts": facts, **shown}
    )


@public_page
def search(request: HttpRequest, lang: str) -> HttpResponse:  # noqa: ARG001 - read by the decorator
    words = read_words(request)
    tags = Tag.objects.matching(words).filter(merged_into=None).order_by("name")[:TAGS_FOUND]
    context: dict[str, object] = {"words": words, "tags": tags}
    if words:
        context |= cut_page(request, found_articles(words))
    return render(request, "articles/search.html", context)


@public_page
def show_trends(request: HttpRequest, lang: str) -> HttpResponse:  # noqa: ARG001 - as above
    spans = [
        (span, Tag.objects.rising(span)[:TAGS_SHOWN]) for span in (Trend.Span.HOUR, Trend.Span.DAY)
    ]
    return render(request, "articles/trending.html", {"spans": spans})


def section_articles(section: Section) -> ArticleQuerySet:
    return Article.objects.shown().filter(section=section)


def publisher_articles(publisher: Publisher) -> ArticleQuerySet:
    return Article.objects.shown().filter(publisher=publisher)


def found_articles(words: str) -> ArticleQuerySet:
    """Which hold the words in any of their forms, as the API's search finds them."""
    meant = understand(words, [])
    if not meant:
        return Article.objects.none()
    query = SearchQuery(meant, search_type="raw", config="simple")
    return Article.objects.shown().filter(words__vector=query)


def read_words(request: HttpRequest) -> str:
    words = request.GET.get("q", "").replace("\x00", " ")
    return " ".join(words.split())[:LONGEST_SEARCH]
