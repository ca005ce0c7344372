"""Lists that go on: a page of cards, and where the next one begins."""

from typing import TypedDict
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from articles.models import Article
from articles.models.article import ArticleQuerySet

CARDS = 20


class Page(TypedDict):
    """What the templates of lists are given."""

    articles: list[Article]
    older: UUID | None


def cut_page(request: HttpRequest, articles: ArticleQuerySet) -> Page:
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
