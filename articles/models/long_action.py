from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models


class LongActionQuerySet(models.QuerySet["LongAction"]):
    def left_behind(self, before: datetime) -> LongActionQuerySet:
        """Unfinished ones that nobody has worked on since then."""
        return self.filter(ended_at=None, moved_at__lt=before)


class LongAction(models.Model):
    """What an editor asked for and takes too long for an answer; workers do it piece by piece."""

    class Kind(models.TextChoices):
        APPROVE = "approve", "approve articles"
        REJECT = "reject", "reject articles"
        HIDE = "hide", "hide articles"
        SHOW = "show", "show articles again"
        SECTION = "section", "move articles to a section"
        TAG = "tag", "tag articles"
        RESTORE = "restore", "give articles back their publishers' words"
        TAKE_DOWN = "take_down", "take articles down"
        MERGE_TAGS = "merge_tags", "merge tags"
        UNDO = "undo", "undo corrections"
        IMPORT_FEEDS = "import_feeds", "import feeds"

    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=200, help_text="what was asked for, in words")
    todo = models.JSONField(help_text="one value a piece of work")
    target = models.CharField(max_length=40, blank=True, help_text="key of what it is done with")
    done_count = models.PositiveIntegerField(default=0, help_text="pieces that are behind us")
    total_count = models.PositiveIntegerField()
    changed_count = models.PositiveIntegerField(
        default=0, help_text="pieces that changed something"
    )
    refused = models.JSONField(default=list, help_text="what could not be done, a sentence each")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    moved_at = models.DateTimeField(help_text="when the last piece was done")
    ended_at = models.DateTimeField(null=True)

    objects = LongActionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-asked_at"], name="long_action_newest"),
            models.Index(
                "moved_at", name="long_action_unfinished", condition=models.Q(ended_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.title
