from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db import models
from django.db.models.functions import Now

from articles.models.publisher import Feed


class HubSubscriptionQuerySet(models.QuerySet["HubSubscription"]):
    def due(self, now: datetime) -> HubSubscriptionQuerySet:
        """New, not answered, or with a lease that ends before long."""
        return self.filter(renew_at__lte=now, feed__state=Feed.State.ACTIVE)


class HubSubscription(models.Model):
    """A hub's promise to send us what a feed publishes (WebSub). One a feed."""

    class State(models.TextChoices):
        ASKED = "asked", "asked for, not confirmed"
        ACTIVE = "active", "active"
        DENIED = "denied", "denied by the hub"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)  # random: its address
    feed = models.OneToOneField(Feed, models.CASCADE, related_name="hub")
    hub_url = models.URLField(max_length=1000)
    topic_url = models.URLField(max_length=1000)
    secret = models.CharField(max_length=64)
    state = models.CharField(max_length=6, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(db_default=Now())
    renew_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True, help_text="last delivery that was used")
    missed_count = models.PositiveIntegerField(
        default=0, help_text="times that polling found what the hub had not sent"
    )
    error = models.CharField(max_length=200, blank=True)

    objects = HubSubscriptionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.hub_url} for {self.topic_url}"

    def is_trusted(self) -> bool:
        """Whether the hub has sent what polling would have found."""
        is_active = self.state == self.State.ACTIVE
        return is_active and self.delivered_at is not None and not self.missed_count
