"""The pages of an audience, each read while the one before it is sent."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID

from django.db import connection

from notifications.audience import Page

Read = Callable[[tuple[int, UUID]], Page]
"""From a cursor the page after it."""


class Pages:
    """A page costs PostgreSQL as long as sending it costs us: side by side, half of that."""

    def __init__(self) -> None:
        self.thread: ThreadPoolExecutor | None = None
        self.ahead: Future[Page] | None = None

    def take(self, read: Read, cursor: tuple[int, UUID]) -> Page:
        """The page after the cursor, which is that of the page before; the next one is asked for.

        Not within a transaction: another connection does not see what that has written.
        """
        page = self.ahead.result() if self.ahead else read(cursor)
        self.ahead = None
        if not page.is_last and not connection.in_atomic_block:
            self.thread = self.thread or ThreadPoolExecutor(1, "read-ahead")
            shard, reader_id = page.rows[-1][:2]
            self.ahead = self.thread.submit(read, (shard, reader_id))
        return page

    def close(self) -> None:
        """Give back the connection that the thread has of its own."""
        if self.thread:
            self.thread.submit(close_connection)
            self.thread.shutdown()


def close_connection() -> None:
    connection.close()
