"""Verb: what notifications keeps of a reader goes along when readers merge, and is told to a reader
who asks for all that is kept.
"""

from typing import Any
from uuid import UUID

from django.db.models import F

from articles.signals import reader_exported, readers_merging
from notifications.models import Device, Preference, Reaction


def connect() -> None:
    readers_merging.connect(move, dispatch_uid="notifications.move")
    reader_exported.connect(export, dispatch_uid="notifications.export")


def move(*, reader_id: UUID, into_id: UUID, **_: Any) -> None:
    """Devices go along with their sessions; preferences, unless the other reader has some."""
    Device.objects.filter(reader=reader_id).update(reader=into_id)
    if not Preference.objects.filter(reader=into_id).exists():
        Preference.objects.filter(reader=reader_id).update(reader=into_id)


def export(*, reader_id: UUID, **_: Any) -> dict[str, Any]:
    devices = Device.objects.filter(reader=reader_id).order_by("created_at")
    preferences = Preference.objects.filter(reader=reader_id).annotate(
        zone=F("quiet_profile__zone"),
        quiet_start=F("quiet_profile__start"),
        quiet_end=F("quiet_profile__end"),
        breaking=F("quiet_profile__is_open_to_breaking"),
        digest_at=F("quiet_profile__digest_at"),
    )
    kept = ("id", "platform", "app_version", "locale", "zone", "address", "state", "seen_on")
    wishes = (
        *("is_on", "zone", "quiet_start", "quiet_end", "breaking", "digest_at"),
        *("daily_cap", "gap_minutes", "languages"),
    )
    reactions = Reaction.objects.filter(device__reader=reader_id).order_by("happened_at")
    return {
        "reactions": list(reactions.values("alert", "device", "kind", "happened_at")),
        "devices": list(devices.values(*kept)),
        "preferences": list(preferences.values(*wishes)),
    }
