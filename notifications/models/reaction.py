from __future__ import annotations

from django.db import models

from notifications.models.alert import Alert
from notifications.models.device import Device


class Reaction(models.Model):
    """What an app reports about an alert: once for each device and kind, however often it does."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "received"
        OPENED = "opened", "opened"
        DISMISSED = "dismissed", "dismissed"
        TURNED_OFF = "turned_off", "alerts turned off"

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="reactions")
    device = models.ForeignKey(Device, models.CASCADE, related_name="reactions")
    kind = models.CharField(max_length=10, choices=Kind)
    happened_at = models.DateTimeField(help_text="by the device's clock, but never later than now")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("alert", "device", "kind", name="reaction_once_per_device")
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.device_id}"
