"""Lists that go on: a page of cards, and where the next one begins."""

from typing import TypedDict
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from articles.models import Article
from articles.models.article import ArticleQuerySet

CARDS = 20


class Cards(TypedDict):
    """What the templates of lists are given."""

    articles: list[Article]
    older: UUID | None


def find_start(request: HttpRequest) -> Article | None:
    """The article that `before` names; a page goes on after it. Raises Http404."""
    before = request.GET.get("before", "")
    try:
        return get_object_or_404(Article, pk=UUID(before)) if before else None
    except ValueError as error:
        raise Http404 from error


def cut_page(articles: ArticleQuerySet, start: Article | None) -> Cards:
    """One page of cards, older than the start if there is one, and the name for the next page."""
    if start:
        articles = articles.older_than(start)
    cards = list(articles.with_card().newest_first()[: CARDS + 1])
    older = cards[CARDS - 1].pk if len(cards) > CARDS else None
    return {"articles": cards[:CARDS], "older": older}
