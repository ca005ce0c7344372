from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from articles.models.history import EditorialHistory
from articles.models.identifier import make_id


class Publisher(models.Model):
    """A news organisation as readers know it."""

    class Trust(models.TextChoices):
        """What becomes of its new articles."""

        AT_ONCE = "at_once", "published at once"
        APPROVAL = "approval", "wait for an editor's approval"

    id = models.UUIDField(primary_key=True, default=make_id, editable=False)
    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(unique=True)
    home_url = models.URLField()
    mark_url = models.URLField(blank=True, help_text="a square picture shown beside the name")
    is_active = models.BooleanField(default=True, help_text="off: its feeds are not fetched")
    trust = models.CharField(
        max_length=8,
        choices=Trust,
        default=Trust.AT_ONCE,
        db_default=Trust.AT_ONCE,
        help_text="an article that waits is not shown and alerts nobody",
    )
    is_full_text_allowed = models.BooleanField(
        "full text allowed",
        default=False,
        help_text="where a feed has only teasers: read the publisher's page and show its text",
    )
    page_rules = models.JSONField(
        default=dict,
        blank=True,
        help_text="XPath by field, where the page is not understood: "
        '{"body": "//div[@class=\'text\']", "remove": ["//aside"]}',
    )
    breaking_words = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text="with which a title of breaking news begins: BREAKING, URGENT; empty: only "
        "editors call this publisher's news breaking",
    )
    text_days = models.PositiveIntegerField(
        null=True, blank=True, help_text="days a text is kept; empty: as the settings say"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = EditorialHistory(
        *("name", "slug", "home_url", "mark_url", "is_active", "trust", "is_full_text_allowed"),
        *("page_rules", "breaking_words", "text_days"),
    )

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

    class Identity(models.TextChoices):
        """By what an entry is known again."""

        GUID = "guid", "the publisher's ids"
        URL = "url", "addresses, since ids were used twice"

    publisher = models.ForeignKey(Publisher, models.CASCADE, related_name="feeds")
    url = models.URLField(max_length=1000, unique=True)
    index = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="sitemaps",
        help_text="the index of sitemaps that names it",
    )
    section = models.ForeignKey(
        "articles.Section", models.SET_NULL, null=True, blank=True, related_name="feeds"
    )
    language = models.CharField(
        max_length=12, blank=True, help_text="empty: as its entries say, or as their words sound"
    )
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)

    format = models.CharField(max_length=14, blank=True, editable=False)
    identity = models.CharField(
        max_length=4, choices=Identity, default=Identity.GUID, help_text="switched once, by itself"
    )
    interval = models.DurationField(default=timedelta(minutes=2), editable=False)
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, editable=False)
    fetched_at = models.DateTimeField(null=True, editable=False, help_text="last good answer")
    changed_at = models.DateTimeField(null=True, editable=False, help_text="last new article")
    etag = models.TextField(blank=True, editable=False)
    last_modified = models.TextField(blank=True, editable=False)
    body_hash = models.BinaryField(max_length=32, default=bytes, editable=False)
    entry_marks = models.BinaryField(
        default=bytes, editable=False, help_text="the entries of the last body, 8 bytes each"
    )
    error = models.CharField(max_length=200, blank=True, editable=False)
    error_count = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    moved_to = models.URLField(max_length=1000, blank=True, editable=False)
    moved_count = models.PositiveIntegerField(default=0, editable=False)
    fetches = models.JSONField(
        default=list, editable=False, help_text="what the last 20 brought, the latest first"
    )

    objects = FeedQuerySet.as_manager()
    history = EditorialHistory("publisher", "url", "section", "language", "state", "identity")

    class Meta:
        indexes = [
            models.Index("due_at", name="feed_due", condition=Q(state="active")),
        ]

    def __str__(self) -> str:
        return self.url

    def is_first_fetch(self) -> bool:
        return self.fetched_at is None
