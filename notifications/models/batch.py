from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from notifications.models.alert import Alert
from notifications.models.device import Device

# Of what is `runnable`, in one statement: workers come here for each batch, with the wire full.
CLAIM_NEXT = """
    UPDATE notifications_batch SET lease_token = lease_token + 1, lease_until = now() + %(lease)s
    WHERE id = (
        SELECT b.id FROM notifications_batch b JOIN notifications_alert a ON a.id = b.alert_id
        WHERE a.id = %(alert)s AND a.state = 'sending' AND (a.proved_at IS NOT NULL OR b.is_canary)
          AND b.state = 'pending' AND b.release_at <= now()
          AND (b.lease_until IS NULL OR b.lease_until < now())
        ORDER BY b.release_at, b.id LIMIT 1 FOR UPDATE OF b SKIP LOCKED)
    RETURNING *
"""


class BatchQuerySet(models.QuerySet["Batch"]):
    def unfinished(self) -> BatchQuerySet:
        return self.filter(state__in=[Batch.State.PENDING, Batch.State.RETRYING])

    def runnable(self) -> BatchQuerySet:
        """Batches that a worker may take: released, unfinished, under no lease, with work to do;
        of an alert that is not proved yet, its canary alone.
        """
        unleased = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        # The alert by EXISTS: with a join `claim` would update what a subquery finds, which is not
        # looked at again after waiting for another worker's claim, and both would hold the lease.
        sending = Alert.objects.filter(pk=OuterRef("alert"), state=Alert.State.SENDING)
        return self.filter(
            unleased,
            Q(state=Batch.State.PENDING) | Q(state=Batch.State.RETRYING, next_try_at__lte=Now()),
            Exists(sending.filter(proved_at__isnull=False)) | Q(Exists(sending), is_canary=True),
            release_at__lte=Now(),
        )

    def in_order(self) -> models.QuerySet[Batch, int]:
        """Ids, those first that were released first."""
        return self.order_by("release_at", "pk").values_list("pk", flat=True)

    def claim(self, batch_id: int, lease: timedelta) -> Batch | None:
        """Take the lease by the database's clock: the batch with its fencing token, its alert and
        story, or None if another has it.
        """
        taken = (
            self.runnable()
            .filter(pk=batch_id)
            .update(lease_token=F("lease_token") + 1, lease_until=Now() + lease)
        )
        if not taken:
            return None
        return self.select_related("alert__story").get(pk=batch_id)

    def claim_next(self, alert: Alert, lease: timedelta) -> Batch | None:
        """The same of the alert's next batch in its first pass; None where none of it is free."""
        values = {"alert": alert.pk, "lease": lease}
        batch = next(iter(Batch.objects.raw(CLAIM_NEXT, values)), None)
        if batch:
            batch.alert = alert
        return batch


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
    is_canary = models.BooleanField(
        "canary", default=False, help_text="its first messages decide whether the rest may go"
    )
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)

    cursor_shard = models.IntegerField(default=-1)
    cursor_reader = models.UUIDField(default=UUID(int=0))
    lease_token = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)

    accepted_count = models.IntegerField(default=0)
    failed_count = models.IntegerField(default=0)
    ambiguous_count = models.IntegerField(default=0)
    held_back_count = models.IntegerField(default=0, help_text="readers, by cap or gap")
    deviceless_count = models.IntegerField(default=0, help_text="readers without a live device")

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


class Holdback(models.Model):
    """Readers of one chunk who were not disturbed: they had enough alerts that day, or one a
    moment ago. One row for them all; the inbox and the digest tell them what waited.
    """

    class Reason(models.TextChoices):
        CAP = "cap", "had enough alerts that day"
        GAP = "gap", "had an alert a moment ago"

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="holdbacks")
    reason = models.CharField(max_length=3, choices=Reason)
    first_shard = models.IntegerField()
    last_shard = models.IntegerField()
    reader_ids = ArrayField(models.UUIDField())
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{len(self.reader_ids)} readers: {self.reason}"
