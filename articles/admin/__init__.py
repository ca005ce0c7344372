"""The editors' door."""

from articles.admin import (
    article,
    correction,
    feed,
    pairs,
    publisher,
    reader,
    retagging,
    section,
    story,
    suggestion,
    tag,
)

__all__ = [
    "article",
    "correction",
    "feed",
    "pairs",
    "publisher",
    "reader",
    "retagging",
    "section",
    "story",
    "suggestion",
    "tag",
]
