"""What notifications stores, one module a noun."""

from notifications.models.alert import Alert, Batch, Failure
from notifications.models.device import Device, digest_address
from notifications.models.preference import Preference, QuietProfile

__all__ = [
    "Alert",
    "Batch",
    "Device",
    "Failure",
    "Preference",
    "QuietProfile",
    "digest_address",
]
