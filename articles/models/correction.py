from __future__ import annotations

from django.conf import settings
from django.db import models

from articles.models.article import Article
from articles.models.story import Story
from articles.models.tag import Tag


class Correction(models.Model):
    """What an editor decided, stronger than the machine. It can be undone, and stays on record."""

    class Kind(models.TextChoices):
        MERGE = "merge", "stories merged"
        MOVE = "move", "articles moved"
        APART = "apart", "stories kept apart"
        LOCK = "lock", "story locked"
        LEAD = "lead", "lead chosen"
        LINK = "link", "stories linked"
        UNTAG = "untag", "tag removed from an article"
        MERGE_TAGS = "merge_tags", "tags merged"

    kind = models.CharField(max_length=10, choices=Kind)
    story = models.ForeignKey(Story, models.CASCADE, null=True, related_name="corrections")
    other_story = models.ForeignKey(Story, models.CASCADE, null=True, related_name="+")
    article = models.ForeignKey(Article, models.CASCADE, null=True, related_name="corrections")
    tag = models.ForeignKey(Tag, models.CASCADE, null=True, related_name="corrections")
    other_tag = models.ForeignKey(Tag, models.CASCADE, null=True, related_name="+")
    before = models.JSONField(default=dict, help_text="what undoing it brings back")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                "article", name="correction_untag", condition=models.Q(kind="untag", undone_at=None)
            ),
            models.Index(fields=["-made_at"], name="correction_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.story or self.tag}"
