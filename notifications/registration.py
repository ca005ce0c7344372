"""Verb: an app tells us about its device, and a reader about when to be disturbed."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from articles.models import Session
from notifications.models import Device, Preference, QuietProfile, digest_address

TRIES = 3


class DeviceTakenError(Exception):
    """The device id belongs to another reader."""


def register_device(
    session: Session, device_id: UUID, state: dict[str, Any], today: date
) -> tuple[Device, bool]:
    """Store the whole state of a session's device; the device, and whether it is new.

    Putting the same state again changes nothing. A session has one device: an older one makes way.
    An address that another device holds moves here, since the phone in question is now the
    caller's. Raises DeviceTakenError where the id is another reader's.
    """
    # An app that sends twice at once finds a constraint shut and looks again: then the row is seen.
    for _ in range(TRIES - 1):
        try:
            return store_device(session, device_id, state, today)
        except IntegrityError:
            continue
    return store_device(session, device_id, state, today)


@transaction.atomic
def store_device(
    session: Session, device_id: UUID, state: dict[str, Any], today: date
) -> tuple[Device, bool]:
    digest = digest_address(state["address"])
    lock(digest)
    holds = Q(address_digest=digest, state=Device.State.ACTIVE)
    concerned = Device.objects.filter(Q(pk=device_id) | Q(session=session) | holds)
    # All locks in one query and one order: two phones that swap addresses cannot deadlock.
    others = {device.pk: device for device in concerned.order_by("pk").select_for_update()}
    device = others.pop(device_id, None)
    if device and device.reader_id != session.reader_id:
        raise DeviceTakenError
    for other in others.values():
        if other.session_id == session.pk:
            other.delete()
        else:
            other.state, other.gone_reason = Device.State.GONE, "address moved"
            other.save(update_fields=["state", "gone_reason"])
    facts = {
        **state,
        "session_id": session.pk,
        "state": Device.State.ACTIVE,
        "gone_reason": "",
        "seen_on": today,
    }
    is_new = device is None
    device = device or Device(pk=device_id, reader_id=session.reader_id)
    if is_new or any(getattr(device, name) != fact for name, fact in facts.items()):
        for name, fact in facts.items():
            setattr(device, name, fact)
        device.save(force_insert=is_new)
    begin_preference(session.reader_id, device.zone)
    return device, is_new


def lock(digest: bytes) -> None:
    """Wait until nobody else moves this address: an absent row cannot be locked, a number can."""
    with connection.cursor() as cursor:
        number = int.from_bytes(digest[:8], signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def begin_preference(reader_id: UUID, zone: str) -> None:
    """A new reader's nights are quiet where the first device is."""
    if not Preference.objects.filter(reader_id=reader_id).exists():
        profile = find_profile(zone, Preference.QUIET_START, Preference.QUIET_END)
        Preference.objects.get_or_create(reader_id=reader_id, defaults={"quiet_profile": profile})


def find_profile(zone: str, start: time, end: time) -> QuietProfile:
    return QuietProfile.objects.get_or_create(zone=zone, start=start, end=end)[0]


def set_preference(
    reader_id: UUID, profile: QuietProfile, daily_cap: int, languages: list[str], now: datetime
) -> Preference:
    """Change quiet hours, cap and languages. The old hours still count for alerts that are planned
    already.
    """
    with transaction.atomic():
        preference, is_new = Preference.objects.select_for_update().get_or_create(
            reader_id=reader_id,
            defaults={"quiet_profile": profile, "daily_cap": daily_cap, "languages": languages},
        )
        if is_new:
            return preference
        if preference.quiet_profile_id != profile.pk:
            preference.previous_quiet_profile_id = preference.quiet_profile_id
            preference.quiet_profile, preference.quiet_changed_at = profile, now
        preference.daily_cap, preference.languages = daily_cap, languages
        preference.save()
    return preference
