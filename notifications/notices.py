"""From an alert and a device to what is shown on it."""

from datetime import timedelta

from notifications.models import Alert, Device, Variant
from notifications.transports.base import Message, Notice
from notifications.wording import leave_out_long


def make_notice(alert: Alert, variant: Variant, time_left: timedelta, tags: list[str]) -> Notice:
    """What devices are shown of an alert in one language; `tags`: names, for saying why."""
    return Notice(
        alert_id=alert.pk,
        story_id=alert.story_id,
        kind=alert.kind,
        language=variant.language,
        title=variant.title,
        body=variant.body,
        image_url=leave_out_long(variant.image_url, variant.link),
        link=variant.link,
        tags=tuple(tags),
        is_breaking=alert.is_breaking,
        expires_at=alert.expires_at,
        time_to_live=time_left,
        replaces=alert.replaces(),
    )


def address(notice: Notice, device: Device, ticket: object = None) -> Message:
    """The message that shows a notice on a device."""
    return Message(
        notice,
        device.pk.bytes,
        device.address_kind,
        device.address,
        device.address_keys,
        ticket,
    )


def name_tags(alert: Alert) -> list[str]:
    return list(alert.tags.order_by("name").values_list("name", flat=True)) if alert.pk else []
