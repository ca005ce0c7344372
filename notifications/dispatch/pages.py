"""The readers of a batch, read while others are told."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from notifications.audience import Audience, Listener, ask_page
from notifications.dispatch.aside import Aside
from notifications.models import Batch

Row = tuple[Any, ...]
"""The columns of a Listener, without their names: to give a million of them takes a second."""
SHARD, READER, DEVICE, CAP, GAP, LANGUAGES = (
    Listener._fields.index(name)
    for name in ("shard", "reader", "device", "daily_cap", "gap_minutes", "languages")
)


@dataclass(frozen=True)
class Chunk:
    """The next listeners of a batch, and the cursor once they have been told."""

    rows: list[Row]
    cursor: tuple[int, UUID]
    is_last: bool
    deviceless: int
    """Readers of the batch who have no device that can be reached."""


class Pages:
    """What is still to be read of a batch, after its cursor. A page is what one statement finds, of
    `page_size` readers at most; its rows come as they are wanted, so that they need no memory.
    """

    def __init__(
        self, aside: Aside, audience: Audience, batch: Batch, *, chunk_size: int, page_size: int
    ) -> None:
        self.aside, self.audience, self.batch = aside, audience, batch
        self.chunk_size, self.page_size = chunk_size, page_size
        self.cursor = batch.cursor_shard, batch.cursor_reader
        self.rows: list[Row] = []
        self.count = 0
        """Rows of the page that is being read."""
        self.is_begun = self.is_ended = False

    def begin(self) -> None:
        """Ask for a page, the first rows of which take some milliseconds."""
        statement, values = ask_page(
            self.audience,
            self.cursor,
            self.page_size,
            profiles=self.batch.quiet_profiles,
            last_shard=self.batch.last_shard,
        )
        at_once = self.chunk_size
        self.aside.ask(statement, values, at_once=at_once, is_binary=True, is_prepared=False)
        self.is_begun, self.count = True, 0

    def take(self) -> Chunk:
        """The next chunk: about `chunk_size` devices, all of each reader's."""
        if not self.is_begun:
            self.begin()
        while not (end := find_end(self.rows, self.chunk_size)) and not self.is_ended:
            if not self.read_on() and self.rows:
                break  # where a page ends, a reader does
        end = end or len(self.rows)
        rows, self.rows = self.rows[:end], self.rows[end:]
        without = [row for row in rows if not row[DEVICE]]
        return Chunk(
            rows=[row for row in rows if row[DEVICE]] if without else rows,
            cursor=cursor_of(rows[-1]) if rows else self.cursor,
            is_last=self.is_ended and not self.rows,
            deviceless=sum(row[CAP] is not None for row in without),
        )

    def read_on(self) -> bool:
        """Whether there were more rows. After the last the next page is asked for, as long as the
        rows before it are still to be sent.
        """
        found = self.aside.take()
        if found:
            self.rows += found
            self.count += len(found)
            self.cursor = cursor_of(found[-1])
            return True
        self.is_ended = self.count < self.page_size
        if not self.is_ended:
            self.begin()
        return False


def cursor_of(row: Row) -> tuple[int, UUID]:
    return row[SHARD], UUID(bytes=row[READER])


def find_end(rows: list[Row], limit: int) -> int:
    """Where a chunk of at most `limit` rows ends: where a reader does. One with more devices than
    that is told on all at once. 0 as long as more rows are needed to tell.
    """
    end = limit if limit < len(rows) else 0
    while end and rows[end][READER] == rows[end - 1][READER]:
        end -= 1
    if end or limit >= len(rows):
        return end
    first = rows[0][READER]
    return next((n for n in range(limit, len(rows)) if rows[n][READER] != first), 0)
