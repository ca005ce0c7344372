"""The inbox of the desk: what came in and waits, or simply what came last."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from articles.models import Article, ArticleTag, Publisher, Section

SHOWN = 50


def describe(request: HttpRequest) -> dict[str, Any]:
    """`all` shows the newest of every publisher, not just what waits; `publisher` one of them."""
    is_all = request.GET.get("show") == "all"
    articles = Article.objects.order_by("-pk") if is_all else Article.objects.waiting()
    publisher = read_id(request.GET.get("publisher", ""))
    if publisher:
        articles = articles.filter(publisher=publisher)
    tags = ArticleTag.objects.shown()
    shown = articles.select_related("publisher", "section", "story").prefetch_related(
        Prefetch("article_tags", tags)
    )
    return {
        "is_all": is_all,
        "publisher_id": publisher,
        "articles": shown[:SHOWN],
        "waiting_count": Article.objects.waiting()[:1000].count(),
        "publishers": Publisher.objects.filter(trust=Publisher.Trust.APPROVAL).order_by("name"),
        "sections": Section.objects.order_by("name"),
    }


def read_chosen(request: HttpRequest) -> QuerySet[Article]:
    ids = [pk for pk in map(read_id, request.POST.getlist("article")) if pk]
    return Article.objects.filter(pk__in=ids)


def read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
