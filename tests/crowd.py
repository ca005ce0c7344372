"""Many readers with one phone each, made in bulk: for failure tests and figures."""

from collections.abc import Callable, Sequence

from articles.models import Follow, Reader, Session, Tag
from notifications.models import Device, Preference, QuietProfile, digest_address
from tests import make

STEP = 5000


def make_crowd(
    size: int,
    tags_of: Callable[[int], Sequence[Tag]],
    progress: Callable[[int], object] = lambda _: None,
) -> None:
    """`size` readers; `tags_of(n)` says what the n-th follows. No quiet hours, no cap."""
    profile, _ = QuietProfile.objects.get_or_create(zone="UTC", start="00:00", end="00:00")
    for begun in range(0, size, STEP):
        numbers = range(begun, min(begun + STEP, size))
        readers = Reader.objects.bulk_create(Reader() for _ in numbers)
        sessions = Session.objects.bulk_create(
            Session(reader=reader, secret_hash=reader.pk.bytes) for reader in readers
        )
        Follow.objects.bulk_create(
            Follow(reader=reader, tag=tag, followed_at=make.NOON)
            for number, reader in zip(numbers, readers, strict=True)
            for tag in tags_of(number)
        )
        Preference.objects.bulk_create(
            Preference(reader=reader, quiet_profile=profile, daily_cap=0) for reader in readers
        )
        Device.objects.bulk_create(make_phone(session) for session in sessions)
        progress(numbers.stop)


def make_phone(session: Session) -> Device:
    address = f"phone-of-the-crowd-{session.reader_id.hex}"
    return Device(
        reader=session.reader,
        session=session,
        platform=Device.Platform.ANDROID,
        address_kind=Device.AddressKind.FCM_TOKEN,
        address=address,
        address_digest=digest_address(address),
    )
