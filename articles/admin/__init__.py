"""The editors' door."""

from articles.admin import (
    article,
    correction,
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
    "pairs",
    "publisher",
    "reader",
    "retagging",
    "section",
    "story",
    "suggestion",
    "tag",
]
