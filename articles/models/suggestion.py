from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from articles.models.publisher import Publisher
from articles.models.tag import Tag


class Suggestion(models.Model):
    """A phrase that several articles are about and that no tag knows yet. A person decides."""

    class State(models.TextChoices):
        OPEN = "open", "to be decided"
        ACCEPTED = "accepted", "a tag or an alias now"
        DISMISSED = "dismissed", "not a tag"

    folded = models.CharField(max_length=120, unique=True)
    phrase = models.CharField(max_length=120, help_text="as last written")
    article_count = models.PositiveIntegerField(default=0)
    keyword_count = models.PositiveIntegerField(
        default=0, help_text="articles whose publisher gave it as a keyword"
    )
    examples = ArrayField(models.UUIDField(), default=list, help_text="its latest articles")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    tag = models.ForeignKey(
        Tag, models.SET_NULL, null=True, blank=True, related_name="+", help_text="what it means"
    )
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["-article_count"], name="suggestion_open", condition=models.Q(state="open")
            ),
            models.Index("last_seen_at", name="suggestion_last_seen"),
        ]

    def __str__(self) -> str:
        return self.phrase


class PublisherKeyword(models.Model):
    """A publisher's own keyword, and the tag that it means, once an editor has said so."""

    publisher = models.ForeignKey(Publisher, models.CASCADE, related_name="keywords")
    folded = models.CharField(max_length=120)
    phrase = models.CharField(max_length=120, help_text="as last written")
    tag = models.ForeignKey(
        Tag, models.SET_NULL, null=True, blank=True, related_name="publisher_keywords"
    )
    is_blocked = models.BooleanField("blocked", default=True, help_text="on: gives no tag")
    article_count = models.PositiveIntegerField(default=0)
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("publisher", "folded", name="keyword_once_per_publisher")
        ]

    def __str__(self) -> str:
        return self.phrase


class Trend(models.Model):
    """How much more a tag is in the news than it mostly is."""

    class Span(models.TextChoices):
        HOUR = "hour", "this hour"
        DAY = "day", "today"

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="trends")
    span = models.CharField(max_length=4, choices=Span)
    story_count = models.PositiveIntegerField()
    usual_count = models.FloatField(help_text="in as long a time, over four weeks")
    rise = models.FloatField(help_text="standard deviations above what is usual")
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("tag", "span", name="trend_once_per_span")]
        indexes = [models.Index(fields=["span", "-rise"], name="trend_first")]

    def __str__(self) -> str:
        return f"{self.tag} {self.span}"
