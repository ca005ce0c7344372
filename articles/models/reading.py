from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Q

from articles.models.article import Article
from articles.models.identifier import changed_in_field
from articles.models.publisher import Publisher
from articles.models.reader import Reader


class ReadingQuerySet(models.QuerySet["Reading"]):
    def note(self, reader_id: UUID, article_ids: list[UUID], **facts: datetime | None) -> None:
        """Write when a reader read or saved articles, or with None that it is so no more."""
        rows = [Reading(reader_id=reader_id, article_id=pk, **facts) for pk in article_ids]
        self.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["reader", "article"],
            update_fields=list(facts),
        )


class Reading(models.Model):
    """What a reader did with an article: read it, saved it for later. The row stays when neither
    holds any more, since the reader's other apps must learn of that.
    """

    reader = models.ForeignKey(Reader, models.CASCADE, related_name="readings", db_index=False)
    article = models.ForeignKey(Article, models.CASCADE, related_name="readings")
    read_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)
    changed_in = changed_in_field(db_index=False)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("reader", "article", name="reading_once")]
        indexes = [
            models.Index(
                fields=["reader", "-saved_at", "-article"],
                name="reading_saved",
                condition=Q(saved_at__isnull=False),
            ),
            models.Index(fields=["reader", "changed_in"], name="reading_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} by {self.reader_id}"


class MuteQuerySet(models.QuerySet["Mute"]):
    def current(self) -> MuteQuerySet:
        return self.filter(ended_at__isnull=True)

    def begin(self, reader_id: UUID, publisher: Publisher, now: datetime) -> Mute:
        mute, _ = self.update_or_create(
            {"muted_at": now, "ended_at": None}, reader_id=reader_id, publisher=publisher
        )
        return mute

    def end(self, reader_id: UUID, publisher: Publisher, now: datetime) -> int:
        mine = self.current().filter(reader_id=reader_id, publisher=publisher)
        return mine.update(ended_at=now)


class Mute(models.Model):
    """A reader's wish to see nothing of a publisher. An ended one stays, as a follow does."""

    reader = models.ForeignKey(Reader, models.CASCADE, related_name="mutes", db_index=False)
    publisher = models.ForeignKey(Publisher, models.CASCADE, related_name="mutes")
    muted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    changed_in = changed_in_field(db_index=False)

    objects = MuteQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("reader", "publisher", name="mute_once")]

    def __str__(self) -> str:
        return f"{self.reader_id} mutes {self.publisher_id}"
