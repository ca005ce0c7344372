from contextlib import closing
from threading import Event, current_thread
from uuid import UUID

import pytest
from django.db import transaction

from notifications.audience import Listener, Page
from notifications.dispatch.aside import Aside
from notifications.dispatch.pages import PAGE_SIZE, Pages

START = (0, UUID(int=0))
pytestmark = pytest.mark.django_db(transaction=True)


def row_of(number: int) -> Listener:
    reader = UUID(int=number).bytes
    return Listener(number, reader, reader, "fcm_token", "an-address", "", 0, 0, "UTC", None)


class Shelf:
    """Three pages of one reader each, and who was asked for them."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, UUID]] = []
        self.limits: list[int] = []
        self.threads: list[str] = []
        self.is_second_asked = Event()

    def read(self, cursor: tuple[int, UUID], limit: int) -> Page:
        self.asked.append(cursor)
        self.limits.append(limit)
        self.threads.append(current_thread().name.partition("_")[0])
        if len(self.asked) > 1:
            self.is_second_asked.set()
        number = cursor[0] + 1
        return Page([row_of(number)], is_last=number == 3)


def test_a_page_is_read_while_the_one_before_it_is_sent() -> None:
    shelf = Shelf()
    with closing(Aside("read-ahead")) as aside:
        pages = Pages(aside, first=250)
        assert pages.count_ahead() == 0
        first = pages.take(shelf.read, START)
        assert shelf.is_second_asked.wait(10)
        aside.ask(lambda: None).result()
        assert pages.count_ahead() == 1
        second = pages.take(shelf.read, (1, UUID(int=1)))
        third = pages.take(shelf.read, (2, UUID(int=2)))

    assert [page.rows[0][0] for page in (first, second, third)] == [1, 2, 3]
    assert [shard for shard, _ in shelf.asked] == [0, 1, 2]
    assert shelf.threads == ["MainThread", "read-ahead", "read-ahead"]
    assert shelf.limits == [250, PAGE_SIZE, PAGE_SIZE]


def test_within_a_transaction_nothing_is_read_that_cannot_see_it() -> None:
    shelf = Shelf()
    with closing(Aside("read-ahead")) as aside, transaction.atomic():
        pages = Pages(aside, first=250)
        pages.take(shelf.read, START)
        pages.take(shelf.read, (1, UUID(int=1)))

    assert set(shelf.threads) == {"MainThread"}


def test_what_goes_wrong_meanwhile_is_told_when_the_page_is_wanted() -> None:
    def read(cursor: tuple[int, UUID], _: int) -> Page:
        if cursor != START:
            raise OSError("the connection is gone")
        return Page([row_of(1)], is_last=False)

    with closing(Aside("read-ahead")) as aside:
        pages = Pages(aside, first=250)
        pages.take(read, START)
        aside.ask(lambda: None).result()
        assert pages.count_ahead() == 0
        with pytest.raises(OSError, match="gone"):
            pages.take(read, (1, UUID(int=1)))


def test_the_first_page_can_be_prepared_while_something_else_is_sent() -> None:
    shelf = Shelf()
    with closing(Aside("read-ahead")) as aside:
        pages = Pages(aside, first=250)
        pages.prepare(shelf.read, START)
        first = pages.take(shelf.read, START)

    assert first.rows[0].shard == 1
    assert shelf.asked == [START, (1, UUID(int=1))]
    assert shelf.limits == [PAGE_SIZE, PAGE_SIZE]
