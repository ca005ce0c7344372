"""A second connection to a real server, on which statements are under way."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import UUID

import pytest
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)

from articles.models import Section
from notifications.dispatch.aside import Aside
from tests import make
from tests.processes import wait_until

NUMBERS = "SELECT n::integer, repeat('x', 1000) FROM generate_series(1, %(last)s::integer) n"
WAITS = """
    SELECT wait_event FROM pg_stat_activity
    WHERE query LIKE 'SELECT n::integer%' AND pid <> pg_backend_pid() AND state = 'active'
"""
SLOWLY = "SELECT 7 FROM pg_sleep(%(seconds)s::float)"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aside() -> Iterator[Aside]:
    with closing(Aside()) as aside:
        yield aside


def numbers(aside: Aside) -> list[list[int]]:
    found = []
    while rows := aside.take():
        found.append([number for number, _ in rows])
    return found


@pytest.mark.parametrize("is_binary", [False, True])
@pytest.mark.parametrize("is_prepared", [False, True])
@pytest.mark.parametrize("is_within", [False, True])
def test_rows_come_some_at_once(
    aside: Aside, *, is_binary: bool, is_prepared: bool, is_within: bool
) -> None:
    """And as often as they are asked for: the connection is free after the last."""
    for _ in range(3):
        if is_within:
            with transaction.atomic():
                aside.ask(
                    NUMBERS, {"last": 7}, at_once=3, is_binary=is_binary, is_prepared=is_prepared
                )
        else:
            aside.ask(NUMBERS, {"last": 7}, at_once=3, is_binary=is_binary, is_prepared=is_prepared)
        assert numbers(aside) == [[1, 2, 3], [4, 5, 6], [7]]
        assert aside.take() == []


def test_nobody_waits_before_the_answer_is_wanted(aside: Aside) -> None:
    aside.ask(SLOWLY, {"seconds": 0.2}, at_once=1)
    assert not aside.is_ready()
    wait_until(aside.is_ready)
    assert aside.take() == [(7,)]
    assert aside.take() == []
    assert aside.is_ready()


def test_what_is_not_wanted_is_passed_over(aside: Aside) -> None:
    aside.ask(NUMBERS, {"last": 5000}, at_once=10)
    aside.take()
    aside.drop()

    aside.ask(NUMBERS, {"last": 1}, at_once=10)
    assert numbers(aside) == [[1]]


def test_rows_that_nobody_takes_wait_in_the_server(aside: Aside) -> None:
    aside.ask(NUMBERS, {"last": 100_000}, at_once=10)
    aside.take()

    def is_waiting_for_us() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(WAITS)
            return bool(cursor.fetchall() == [("ClientWrite",)])

    wait_until(is_waiting_for_us)


def test_within_a_transaction_it_sees_what_that_has_written(aside: Aside) -> None:
    with transaction.atomic():
        make.section("Weather")
        aside.ask("SELECT count(*) FROM articles_section", {}, at_once=1)
        assert aside.is_ready()
        assert aside.take() == [(Section.objects.count(),)]


def test_what_goes_wrong_is_told_when_the_answer_is_wanted(aside: Aside) -> None:
    aside.ask("SELECT 1 / %(none)s::integer", {"none": 0}, at_once=1)
    with pytest.raises(DataError, match="division by zero"):
        aside.take()
    with pytest.raises(ProgrammingError, match="nowhere"):
        aside.ask("SELECT * FROM nowhere", {}, at_once=1)

    aside.ask(NUMBERS, {"last": 1}, at_once=1)
    assert numbers(aside) == [[1]]


def test_what_goes_wrong_after_the_rows_is_told_after_them(aside: Aside) -> None:
    """A foreign key is looked at as the row is committed."""
    aside.ask(
        """INSERT INTO articles_follow (reader_id, tag_id, level, followed_at)
           VALUES (%(nobody)s, %(nobody)s, 'all', now()) RETURNING level""",
        {"nobody": UUID(int=1)},
        at_once=1,
    )
    assert aside.take() == [("all",)]
    with pytest.raises(IntegrityError):
        aside.take()
    assert aside.take() == []


def test_other_threads_go_on_while_one_waits(aside: Aside) -> None:
    aside.ask(SLOWLY, {"seconds": 0.5}, at_once=1)
    with ThreadPoolExecutor(1) as other:
        begun = time.monotonic()
        lateness = other.submit(lambda: time.monotonic() - begun)
        aside.take()

    assert lateness.result() < 0.4


def test_a_connection_that_ends_is_told(aside: Aside) -> None:
    aside.ask("SELECT pg_backend_pid()", {}, at_once=1)
    [[pid]] = aside.take()
    aside.drop()
    aside.ask(SLOWLY, {"seconds": 30}, at_once=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    with pytest.raises(OperationalError):
        aside.take()
