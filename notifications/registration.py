"""Verb: an app tells us about its device."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from articles.models import Session
from notifications.models import Device, digest_address
from notifications.preferences import begin_preference

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
    holds = Q(address_digest=digest) & ~Q(state=Device.State.GONE)
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
