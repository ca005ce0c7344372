"""What notifications stores, one module a noun."""

from notifications.models.alert import Alert, Variant
from notifications.models.batch import Batch, Failure, Holdback
from notifications.models.device import Device, digest_address
from notifications.models.preference import Preference, QuietProfile
from notifications.models.reaction import Reaction

__all__ = [
    "Alert",
    "Batch",
    "Device",
    "Failure",
    "Holdback",
    "Preference",
    "QuietProfile",
    "Reaction",
    "Variant",
    "digest_address",
]
