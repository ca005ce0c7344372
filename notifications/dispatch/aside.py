"""Work that goes on beside the sending, in a thread and on a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Found = TypeVar("Found")


class Aside:
    """One thing after the other, as asked. The thread begins when it is first needed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.thread: ThreadPoolExecutor | None = None

    def ask(self, work: Callable[[], Found]) -> "Future[Found]":
        """What `work` will return or raise. Within a transaction it is done at once and raises
        here: another connection does not see what that has written.
        """
        if connection.in_atomic_block:
            future: Future[Found] = Future()
            future.set_result(work())
            return future
        self.thread = self.thread or ThreadPoolExecutor(1, self.name)
        return self.thread.submit(work)

    def close(self) -> None:
        """Wait for what is under way, and give back the connection."""
        if self.thread:
            self.thread.submit(close_connection)
            self.thread.shutdown()


def close_connection() -> None:
    connection.close()
