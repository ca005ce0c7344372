"""The editors' door."""

from articles.admin import article, correction, publisher, reader, story, suggestion, tag

__all__ = ["article", "correction", "publisher", "reader", "story", "suggestion", "tag"]
