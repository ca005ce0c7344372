"""The editors' door to alerts, and the operators' to how they travel."""

from notifications.admin import alert, batch, device, preference

__all__ = ["alert", "batch", "device", "preference"]
