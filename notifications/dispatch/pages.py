"""The pages of an audience, each read while the one before it is sent."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from uuid import UUID

from notifications.audience import Page
from notifications.dispatch.aside import Aside

Read = Callable[[tuple[int, UUID], int], Page]
"""From a cursor the page after it, of so many readers at most."""
PAGE_SIZE = 1250


class Pages:
    """A page costs PostgreSQL as long as sending it costs us: side by side, half of that. The first
    one is small, since nothing is sent meanwhile.
    """

    def __init__(self, aside: Aside, first: int) -> None:
        self.aside, self.first = aside, first
        self.ahead: Future[Page] | None = None

    def take(self, read: Read, cursor: tuple[int, UUID]) -> Page:
        """The page after the cursor, which is that of the page before; the next is asked for."""
        page = self.ahead.result() if self.ahead else read(cursor, self.first)
        self.ahead = None if page.is_last else self.aside.ask(partial(read, page.end, PAGE_SIZE))
        return page

    def count_ahead(self) -> int:
        """Rows that have been read and not taken."""
        return len(self.ahead.result().rows) if self.ahead and is_there(self.ahead) else 0

    def prepare(self, read: Read, cursor: tuple[int, UUID]) -> None:
        """Read the first page now, a whole one: something else is sent meanwhile."""
        self.ahead = Future()
        self.ahead.set_result(read(cursor, PAGE_SIZE))


def is_there(page: "Future[Page]") -> bool:
    """Whether it is read; what went wrong is told to who takes it."""
    return page.done() and not page.exception()
