from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from articles.models import Follow, Story, Tag
from articles.models.identifier import make_id
from notifications.models.device import Device


@dataclass(frozen=True, slots=True)
class Variant:
    """An alert's words in one language."""

    language: str
    title: str
    body: str
    image_url: str
    link: str


class AlertQuerySet(models.QuerySet["Alert"]):
    def for_reader(self, reader_id: UUID) -> AlertQuerySet:
        """Alerts about tags that the reader follows, since the follow began, less muted ones."""
        mine = Follow.objects.current().filter(reader_id=reader_id, tag__alerts=OuterRef("pk"))
        heard = mine.exclude(level=Follow.Level.MUTE).filter(
            followed_at__lte=OuterRef("planned_at")
        )
        muted = mine.filter(level=Follow.Level.MUTE)
        return self.filter(Exists(heard), ~Exists(muted), planned_at__isnull=False)

    def in_languages(self, languages: list[str]) -> AlertQuerySet:
        """Alerts that a reader of these languages hears; of none: all."""
        known = Q(language__in=[*languages, "und"]) | Q(variants__has_any_keys=languages)
        return self.filter(known) if languages else self


class Alert(models.Model):
    """The decision to tell a story's followers. Unique by story, kind and number: the database,
    not care, keeps a phone from hearing of a story twice.
    """

    class Kind(models.TextChoices):
        INITIAL = "initial", "first"
        UPDATE = "update", "update"
        EXTENSION = "extension", "for followers of a new tag"
        CORRECTION = "correction", "correction"
        RETRACTION = "retraction", "retraction"

    class State(models.TextChoices):
        PLANNING = "planning", "planning"
        SENDING = "sending", "sending"
        PAUSED = "paused", "paused"
        SENT = "sent", "sent"
        CANCELLED = "cancelled", "cancelled"
        EXPIRED = "expired", "expired"
        FAILED = "failed", "failed"

    id = models.UUIDField(primary_key=True, default=make_id, editable=False)
    story = models.ForeignKey(Story, models.PROTECT, null=True, related_name="alerts")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.INITIAL)
    number = models.PositiveSmallIntegerField(default=1)
    tags = models.ManyToManyField(Tag, related_name="alerts", help_text="whose followers hear it")
    state = models.CharField(max_length=9, choices=State, default=State.PLANNING)
    stop_reason = models.CharField(max_length=200, blank=True, editable=False)

    title = models.CharField(max_length=240)
    body = models.CharField(max_length=600, blank=True)
    image_url = models.URLField(max_length=2000, blank=True)
    link = models.URLField(max_length=2000, help_text="what a tap opens")
    is_breaking = models.BooleanField(default=False)
    language = models.CharField(max_length=12, default="en")
    variants = models.JSONField(
        default=dict,
        editable=False,
        help_text="the same in other languages: title, body, image_url and link of each",
    )

    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(help_text="when the news was published")
    planned_at = models.DateTimeField(null=True, editable=False, help_text="audience frozen")
    expires_at = models.DateTimeField(help_text="nothing is sent after this")

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "story", "kind", "number", name="one_alert_per_story_kind_number"
            )
        ]
        indexes = [models.Index(fields=["-created_at"], name="alert_newest")]

    def __str__(self) -> str:
        return self.title

    def levels(self) -> list[str]:
        """The levels of follow that this alert reaches."""
        return ["all", "top"] if self.is_breaking else ["all"]

    def languages(self) -> list[str]:
        """Those it can be told in, its own first."""
        return [self.language, *self.variants]

    def told_in(self, languages: Iterable[str]) -> Variant:
        """What a reader of these languages is shown, the favourite first."""
        chosen = next((each for each in languages if each in self.languages()), self.language)
        if chosen in self.variants:
            return Variant(language=chosen, **self.variants[chosen])
        return Variant(self.language, self.title, self.body, self.image_url, self.link)


class BatchQuerySet(models.QuerySet["Batch"]):
    def unfinished(self) -> BatchQuerySet:
        return self.filter(state__in=[Batch.State.PENDING, Batch.State.RETRYING])

    def runnable(self) -> BatchQuerySet:
        """Batches that a worker may take: released, unfinished, under no lease, with work to do."""
        unleased = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        return self.filter(
            unleased,
            Q(state=Batch.State.PENDING) | Q(state=Batch.State.RETRYING, next_try_at__lte=Now()),
            release_at__lte=Now(),
            alert__state=Alert.State.SENDING,
        )

    def claim(self, batch_id: int, lease: timedelta) -> int | None:
        """Take the lease by the database's clock: its fencing token, or None if another has it."""
        taken = (
            self.runnable()
            .filter(pk=batch_id)
            .update(lease_token=F("lease_token") + 1, lease_until=Now() + lease)
        )
        if not taken:
            return None
        return self.values_list("lease_token", flat=True).get(pk=batch_id)


class Batch(models.Model):
    """One shard range of an alert's audience. The cursor says who has been told; the lease says
    who is telling; the fencing token keeps a worker that slept over its lease from writing.
    """

    class State(models.TextChoices):
        PENDING = "pending", "first pass"
        RETRYING = "retrying", "retries left"
        DONE = "done", "done"
        EXPIRED = "expired", "expired"
        CANCELLED = "cancelled", "cancelled"

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="batches")
    first_shard = models.IntegerField()
    last_shard = models.IntegerField()
    quiet_profiles = ArrayField(
        models.BigIntegerField(), help_text="whose readers are told at release_at"
    )
    release_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)

    cursor_shard = models.IntegerField(default=-1)
    cursor_reader = models.UUIDField(default=UUID(int=0))
    lease_token = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)

    accepted_count = models.IntegerField(default=0)
    failed_count = models.IntegerField(default=0)
    ambiguous_count = models.IntegerField(default=0)
    capped_count = models.IntegerField(default=0)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"
        indexes = [
            models.Index(
                "release_at",
                name="batch_unfinished",
                condition=Q(state__in=["pending", "retrying"]),
            )
        ]

    def __str__(self) -> str:
        return f"shards {self.first_shard}-{self.last_shard} of {self.alert_id}"


class Failure(models.Model):
    """An address that did not accept, and when it is tried again, if it is. No row for success."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="failures")
    device = models.ForeignKey(Device, models.CASCADE, related_name="failures")
    address_digest = models.BinaryField(max_length=16)
    outcome = models.CharField(max_length=9)
    code = models.CharField(max_length=40, help_text="the provider's word")
    tries = models.PositiveSmallIntegerField(default=1)
    next_try_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("batch", "device", name="failure_once_per_device")]
        indexes = [
            models.Index(
                "batch",
                "next_try_at",
                name="failure_due",
                condition=Q(next_try_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} on {self.device_id}"
