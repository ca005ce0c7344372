"""The editors' door."""

from articles.admin import (
    article,
    correction,
    feed,
    long_action,
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
    "long_action",
    "pairs",
    "publisher",
    "reader",
    "retagging",
    "section",
    "story",
    "suggestion",
    "tag",
]
