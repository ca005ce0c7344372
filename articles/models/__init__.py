"""What articles stores, one module a noun."""

from articles.models.article import Article, ArticleTag, ArticleText, Revision
from articles.models.correction import Correction
from articles.models.grouping import Fingerprint, Stream
from articles.models.hub import HubSubscription
from articles.models.long_action import LongAction
from articles.models.publisher import Feed, Publisher
from articles.models.reader import Follow, Reader, Session
from articles.models.reading import Mute, Reading
from articles.models.retagging import Retagging
from articles.models.story import Story, StoryPair
from articles.models.suggestion import PublisherKeyword, Suggestion, Trend
from articles.models.tag import Alias, Section, Tag
from articles.models.untagging import Untagging
from articles.models.words import ArticleWords

__all__ = [
    "Alias",
    "Article",
    "ArticleTag",
    "ArticleText",
    "ArticleWords",
    "Correction",
    "Feed",
    "Fingerprint",
    "Follow",
    "HubSubscription",
    "LongAction",
    "Mute",
    "Publisher",
    "PublisherKeyword",
    "Reader",
    "Reading",
    "Retagging",
    "Revision",
    "Section",
    "Session",
    "Story",
    "StoryPair",
    "Stream",
    "Suggestion",
    "Tag",
    "Trend",
    "Untagging",
]
