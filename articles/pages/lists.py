"""Pages that list articles by something else than a tag, and tags by how they rise."""

from django.contrib.postgres.search import SearchQuery
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from articles.models import Article, Publisher, Section, Tag, Trend
from articles.models.article import ArticleQuerySet
from articles.pages.headers import public_page
from articles.pages.page import Context, Page
from articles.pages.paging import cut_page, find_start
from articles.pages.structure import item_list
from articles.searching import understand

TAGS_SHOWN = 24
TAGS_FOUND = 8
LONGEST_SEARCH = 100


@public_page
def show_section(request: HttpRequest, lang: str, slug: str) -> Page:
    section = get_object_or_404(Section, slug=slug)
    start = find_start(request)

    def describe() -> Context:
        shown = cut_page(section_articles(section), start)
        facts = item_list(section.label_in([lang]), shown["articles"], lang)
        return {"section": section, "facts": facts, **shown}

    return Page(request, "articles/section.html", describe)


@public_page
def show_publisher(request: HttpRequest, lang: str, slug: str) -> Page:
    publisher = get_object_or_404(Publisher, slug=slug)
    start = find_start(request)

    def describe() -> Context:
        shown = cut_page(publisher_articles(publisher), start)
        facts = item_list(publisher.name, shown["articles"], lang)
        return {"publisher": publisher, "facts": facts, **shown}

    return Page(request, "articles/publisher.html", describe)


@public_page
def search(request: HttpRequest, lang: str) -> Page:  # noqa: ARG001 - read by the decorator
    words, start = read_words(request), find_start(request)

    def describe() -> Context:
        tags = Tag.objects.matching(words).filter(merged_into=None).order_by("name")[:TAGS_FOUND]
        found = cut_page(found_articles(words), start) if words else None
        return {"words": words, "tags": tags, **(found or {})}

    return Page(request, "articles/search.html", describe)


@public_page
def show_trends(request: HttpRequest, lang: str) -> Page:  # noqa: ARG001 - as above
    spans = [
        (span, Tag.objects.rising(span)[:TAGS_SHOWN]) for span in (Trend.Span.HOUR, Trend.Span.DAY)
    ]
    return Page(request, "articles/trending.html", lambda: {"spans": spans})


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
