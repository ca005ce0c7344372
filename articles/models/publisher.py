from __future__ import annotations

from datetime import timedelta

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from articles.models.identifier import make_id


class Publisher(models.Model):
    """A news organisation as readers know it."""

    id = models.UUIDField(primary_key=True, default=make_id, editable=False)
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(unique=True)
    home_url = models.URLField()
    mark_url = models.URLField(blank=True, help_text="a square picture shown beside the name")
    is_active = models.BooleanField(default=True, help_text="off: its feeds are not fetched")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class FeedQuerySet(models.QuerySet["Feed"]):
    def due(self) -> FeedQuerySet:
        """Feeds whose time has come and that no worker holds, by the database's clock."""
        unleased = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        return self.filter(
            unleased, state=Feed.State.ACTIVE, publisher__is_active=True, due_at__lte=Now()
        )

    def claim_due(self, lease: timedelta, limit: int) -> list[int]:
        """Ids of due feeds that are now this caller's for `lease`; two callers never share one."""
        with transaction.atomic():
            ids = list(
                self.due()
                .order_by("due_at")
                .select_for_update(skip_locked=True, of=("self",))
                .values_list("pk", flat=True)[:limit]
            )
            self.filter(pk__in=ids).update(lease_until=Now() + lease)
        return ids


class Feed(models.Model):
    """One RSS, Atom, JSON Feed or news-sitemap address of a publisher."""

    class State(models.TextChoices):
        ACTIVE = "active", "active"
        PAUSED = "paused", "paused by an editor"
        ENDED = "ended", "gone at the publisher"

    publisher = models.ForeignKey(Publisher, models.CASCADE, related_name="feeds")
    url = models.URLField(max_length=1000, unique=True)
    section = models.ForeignKey(
        "articles.Section", models.SET_NULL, null=True, blank=True, related_name="feeds"
    )
    language = models.CharField(max_length=12, default="en")
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)

    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, editable=False)
    fetched_at = models.DateTimeField(null=True, editable=False, help_text="last good answer")
    changed_at = models.DateTimeField(null=True, editable=False, help_text="last new article")
    etag = models.TextField(blank=True, editable=False)
    last_modified = models.TextField(blank=True, editable=False)
    body_hash = models.BinaryField(max_length=32, default=bytes, editable=False)
    error = models.CharField(max_length=200, blank=True, editable=False)
    error_count = models.PositiveIntegerField(default=0, editable=False)

    objects = FeedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("due_at", name="feed_due", condition=Q(state="active")),
        ]

    def __str__(self) -> str:
        return self.url

    def is_first_fetch(self) -> bool:
        return self.fetched_at is None
