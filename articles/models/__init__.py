"""What articles stores, one module a noun."""

from articles.models.article import Article, ArticleTag, ArticleText, Revision
from articles.models.hub import HubSubscription
from articles.models.publisher import Feed, Publisher
from articles.models.reader import Follow, Reader, Session
from articles.models.story import Story
from articles.models.tag import Alias, Section, Tag

__all__ = [
    "Alias",
    "Article",
    "ArticleTag",
    "ArticleText",
    "Feed",
    "Follow",
    "HubSubscription",
    "Publisher",
    "Reader",
    "Revision",
    "Section",
    "Session",
    "Story",
    "Tag",
]
