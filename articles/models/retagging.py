from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from articles.models.tag import Tag


class Retagging(models.Model):
    """What a tag's new aliases would change in the articles of the last days: first counted, then
    done if an editor wants it.
    """

    class State(models.TextChoices):
        COUNTING = "counting", "being counted"
        COUNTED = "counted", "counted, not done"
        APPLYING = "applying", "being done"
        APPLIED = "applied", "done"

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="retaggings")
    state = models.CharField(max_length=8, choices=State, default=State.COUNTING)
    since = models.DateTimeField(help_text="articles first seen from then on")
    cursor = models.UUIDField(help_text="articles up to this one have been looked at")
    article_count = models.PositiveIntegerField(default=0, help_text="looked at")
    total_count = models.PositiveIntegerField(help_text="to be looked at")
    gained = ArrayField(models.UUIDField(), default=list, help_text="articles that gain the tag")
    lost = ArrayField(models.UUIDField(), default=list, help_text="articles that lose it")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-asked_at"], name="retagging_newest")]

    def __str__(self) -> str:
        return f"{self.tag}: {len(self.gained)} gain it, {len(self.lost)} lose it"
