"""Reading an audience of 100,000 out of 200,000 readers: chunk by chunk, beside one bare scan."""

from uuid import UUID

from django.utils import timezone

from articles.models import Follow, Reader, Tag
from notifications.audience import Audience, read_page, take_census
from notifications.models import Device, QuietProfile
from tests import make
from tests.bench.table import Row, seconds, show_progress
from tests.crowd import make_crowd

READERS = 200_000


def measure() -> list[Row]:
    busy, quiet = make.tag("Busy"), make.tag("Quiet")
    make_crowd(READERS, busy, every=2)
    show_progress("audience", 1, 2)
    few = Reader.objects.order_by("pk")[:20]
    Follow.objects.bulk_create(Follow(reader=r, tag=quiet, followed_at=make.NOON) for r in few)
    scan = seconds(
        lambda: sum(1 for _ in Device.objects.values_list("pk", "address").iterator(5000))
    )
    rows = [Row("bare scan of all devices", READERS / scan, "devices/s")]
    for size in (50, 500, 5000):
        took = seconds(lambda size=size: walk(busy, size))
        rate = READERS / 2 / took
        rows.append(
            Row(f"pages of {size}", rate, "devices/s", "bare scan", rate / (READERS / scan))
        )
    rows.append(
        Row("20 readers of a quiet tag, one page", seconds(lambda: walk(quiet, 50)) * 1000, "ms")
    )
    planned = seconds(lambda: take_census(followers_of(busy)))
    rows.append(Row(f"counting {READERS // 2:,} readers when planning", planned, "s"))
    show_progress("audience", 2, 2)
    return rows


def followers_of(tag: Tag) -> Audience:
    return Audience([tag.pk], ["all"], timezone.now(), ["en"], earlier=[])


def walk(tag: Tag, size: int) -> int:
    """Read a whole audience page by page; how many devices."""
    profiles = list(QuietProfile.objects.values_list("pk", flat=True))
    cursor, found = (0, UUID(int=0)), 0
    while True:
        rows = read_page(followers_of(tag), cursor, size, profiles=profiles, last_shard=65_535)
        if not rows:
            return found
        cursor = rows[-1].shard, UUID(bytes=rows[-1].reader)
        found += sum(bool(row.device) for row in rows)
