from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import groupby
from uuid import UUID

import pytest
from django.utils import timezone

from articles.models import Follow, Tag
from notifications.audience import Audience
from notifications.dispatch.aside import Aside
from notifications.dispatch.pages import DEVICE, READER, Chunk, Pages
from notifications.models import Alert, Batch, Device, QuietProfile
from tests import make
from tests.crowd import make_crowd

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aside() -> Iterator[Aside]:
    with closing(Aside()) as aside:
        yield aside


def pages_of(aside: Aside, *tags: Tag, chunk_size: int, page_size: int) -> Pages:
    """All followers of the tags, as one batch has them."""
    profiles = list(QuietProfile.objects.values_list("pk", flat=True))
    audience = Audience([tag.pk for tag in tags], ["all"], timezone.now(), ["und"], earlier=[])
    batch = Batch(alert=Alert(), first_shard=0, last_shard=65_535, quiet_profiles=profiles)
    return Pages(aside, audience, batch, chunk_size=chunk_size, page_size=page_size)


def take_all(pages: Pages) -> list[Chunk]:
    chunks = [pages.take()]
    while not chunks[-1].is_last:
        chunks.append(pages.take())
    return chunks


@pytest.mark.parametrize(
    ("chunk_size", "page_size"), [(1, 1), (1, 50), (4, 4), (5, 7), (7, 5), (10, 40), (50, 40)]
)
def test_everybody_is_read_once_and_in_order(aside: Aside, chunk_size: int, page_size: int) -> None:
    tag = make.tag()
    make_crowd(40, tag)

    chunks = take_all(pages_of(aside, tag, chunk_size=chunk_size, page_size=page_size))

    found = [row[DEVICE] for chunk in chunks for row in chunk.rows]
    wanted = Device.objects.order_by("shard", "reader_id")
    assert found == [device.pk.bytes for device in wanted]
    assert max(len(chunk.rows) for chunk in chunks) <= chunk_size
    last = wanted.last()
    assert last
    assert chunks[-1].cursor == (last.shard, last.reader_id)


@pytest.mark.parametrize("page_size", [1, 3, 100])
@pytest.mark.parametrize("chunk_size", [1, 2, 3, 5])
def test_a_readers_devices_are_not_parted(aside: Aside, chunk_size: int, page_size: int) -> None:
    tag = make.tag()
    for devices in (3, 1, 0, 2, 5, 1):
        reader = make.reader()
        make.preference(reader)
        make.follow(reader, tag)
        for _ in range(devices):
            make.device(reader)

    chunks = take_all(pages_of(aside, tag, chunk_size=chunk_size, page_size=page_size))

    parts = [key for chunk in chunks for key, _ in groupby(row[READER] for row in chunk.rows)]
    assert len(parts) == len(set(parts)) == 5
    assert sum(len(chunk.rows) for chunk in chunks) == 12
    assert sum(chunk.deviceless for chunk in chunks) == 1
    assert all(len(c.rows) <= chunk_size or len({r[READER] for r in c.rows}) == 1 for c in chunks)


def test_who_follows_several_tags_is_read_once(aside: Aside) -> None:
    tags = [make.tag() for _ in range(3)]
    make_crowd(20, tags[0])
    for number, reader_id in enumerate(Device.objects.values_list("reader_id", flat=True)):
        Follow.objects.create(
            reader_id=reader_id,
            tag=tags[1 + number % 2],
            level=Follow.Level.ALL,
            followed_at=timezone.now() - timedelta(days=1),
        )

    chunks = take_all(pages_of(aside, *tags, chunk_size=3, page_size=7))

    readers = [row[READER] for chunk in chunks for row in chunk.rows]
    assert len(readers) == len(set(readers)) == 20


def test_who_changes_after_a_page_was_asked_for_is_seen_in_the_next(aside: Aside) -> None:
    tag = make.tag()
    make_crowd(40, tag)
    pages = pages_of(aside, tag, chunk_size=5, page_size=10)
    pages.take()
    Device.objects.update(state=Device.State.GONE)

    chunks = take_all(pages)

    assert sum(len(chunk.rows) for chunk in chunks) <= 15
    assert sum(chunk.deviceless for chunk in chunks) >= 20


def test_an_audience_without_anybody_is_one_empty_chunk(aside: Aside) -> None:
    for tags in ((), (make.tag(),)):
        [chunk] = take_all(pages_of(aside, *tags, chunk_size=5, page_size=10))
        assert (chunk.rows, chunk.deviceless) == ([], 0)
        assert chunk.cursor == (-1, UUID(int=0))
