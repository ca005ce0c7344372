from __future__ import annotations

import uuid

from django.db import models

from articles.models.article import Article


class Stream(models.Model):
    """The stories of one language. Its row is locked while one of them is decided, since each
    decision depends on the one before.
    """

    language = models.CharField(primary_key=True, max_length=12)
    mark = models.UUIDField(
        default=uuid.uuid4, help_text="another one after each correction: memories are stale"
    )

    def __str__(self) -> str:
        return self.language


class Fingerprint(models.Model):
    """What an article was compared by. Kept as long as another may join its story."""

    article = models.OneToOneField(Article, models.CASCADE, related_name="fingerprint")
    language = models.CharField(max_length=12)
    at = models.DateTimeField(help_text="the article's, as it was then")
    title = models.TextField()
    lead = models.TextField()
    names = models.TextField()
    vector = models.JSONField(help_text="its strongest terms, weighed as on arrival")

    class Meta:
        indexes = [models.Index("language", "at", name="fingerprint_window")]

    def __str__(self) -> str:
        return f"fingerprint of {self.article_id}"
