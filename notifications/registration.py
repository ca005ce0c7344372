"""Verb: an app tells us about its device, and a reader about when to be disturbed."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction

from articles.models import Session
from notifications.models import Device, Preference, QuietProfile, digest_address


class DeviceTakenError(Exception):
    """The device id belongs to another reader."""


def register_device(
    session: Session, device_id: UUID, state: dict[str, Any]
) -> tuple[Device, bool]:
    """Store the whole state of a session's device; the device, and whether it is new.

    Putting the same state again changes nothing. A session has one device: an older one makes way.
    An address that another device holds moves here, since the phone in question is now the
    caller's. Raises DeviceTakenError where the id is another reader's.
    """
    with transaction.atomic():
        known = Device.objects.select_for_update().filter(pk=device_id).first()
        if known and known.reader_id != session.reader_id:
            raise DeviceTakenError
        Device.objects.filter(session=session).exclude(pk=device_id).delete()
        holders = Device.objects.live().filter(address_digest=digest_address(state["address"]))
        holders.exclude(pk=device_id).update(state=Device.State.GONE, gone_reason="address moved")
        device, is_new = Device.objects.update_or_create(
            pk=device_id,
            defaults={
                **state,
                "reader_id": session.reader_id,
                "session": session,
                "state": Device.State.ACTIVE,
                "gone_reason": "",
            },
        )
        if not Preference.objects.filter(reader_id=session.reader_id).exists():
            start, end = Preference.QUIET_START, Preference.QUIET_END
            Preference.objects.create(
                reader_id=session.reader_id, quiet_profile=find_profile(device.zone, start, end)
            )
    return device, is_new


def find_profile(zone: str, start: time, end: time) -> QuietProfile:
    return QuietProfile.objects.get_or_create(zone=zone, start=start, end=end)[0]


def set_preference(
    reader_id: UUID, profile: QuietProfile, daily_cap: int, now: datetime
) -> Preference:
    """Change quiet hours and cap. The old hours still count for alerts that are planned already."""
    with transaction.atomic():
        preference, is_new = Preference.objects.select_for_update().get_or_create(
            reader_id=reader_id, defaults={"quiet_profile": profile, "daily_cap": daily_cap}
        )
        if is_new:
            return preference
        if preference.quiet_profile_id != profile.pk:
            preference.previous_quiet_profile_id = preference.quiet_profile_id
            preference.quiet_profile, preference.quiet_changed_at = profile, now
        preference.daily_cap = daily_cap
        preference.save()
    return preference
