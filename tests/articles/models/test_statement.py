"""Statements asked past Django's and psycopg's cursors, on a real server."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from articles.models import Section
from articles.models.statement import ask

AT = datetime(2026, 3, 2, 12, 30, 15, 250_000, tzinfo=UTC)
PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %(like)s"
INSERT = "INSERT INTO articles_section (name, slug, labels) VALUES (%(name)s, 'politics', '{}')"

pytestmark = pytest.mark.django_db(transaction=True)


def close_the_servers_end() -> None:
    parts = connection.get_connection_params()
    pid = connection.connection.info.backend_pid
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{n: parts[n] for n in names if parts.get(n)}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.parametrize("is_binary", [False, True])
@pytest.mark.parametrize("is_prepared", [False, True])
def test_values_go_there_and_back(*, is_binary: bool, is_prepared: bool) -> None:
    pk = uuid4()
    found = ask(
        """SELECT %(pk)s::uuid, %(text)s::text, %(at)s::timestamptz, %(wait)s::interval,
            %(number)s::bigint + %(number)s::bigint, %(raw)s::bytea, %(no)s::text,
            %(ids)s::uuid[], %(words)s::text[], %(none)s::text[], %(yes)s::boolean""",
        {
            "pk": pk,
            "text": "a 'quoted' \\ %s $1 ”word”",
            "at": AT,
            "wait": timedelta(seconds=90.5),
            "number": 2**40,
            "raw": b"\x00\\'\xff",
            "no": None,
            "ids": [pk, UUID(int=0)],
            "words": ["", "NULL", 'a "b", {c}'],
            "none": [],
            "yes": True,
            "more": "than the statement asks for",
        },
        is_binary=is_binary,
        is_prepared=is_prepared,
    )

    words = ["", "NULL", 'a "b", {c}']
    assert found == [
        (
            pk,
            "a 'quoted' \\ %s $1 ”word”",
            AT,
            timedelta(seconds=90.5),
            2**41,
            b"\x00\\'\xff",
            None,
            [pk, UUID(int=0)],
            words,
            [],
            True,
        )
    ]


def test_a_number_may_grow_between_two_questions() -> None:
    numbers = [1, 70_000, 2**40]

    assert [ask("SELECT %(n)s::bigint", {"n": n})[0][0] for n in numbers] == numbers


def test_a_statement_is_prepared_once_a_connection_unless_its_plan_is_to_depend_on_values() -> None:
    for n in range(3):
        ask("SELECT 'kept', %(n)s::int", {"n": n})
        ask("SELECT 'anew', %(n)s::int", {"n": n}, is_prepared=False)

    assert ask(PREPARED, {"like": "SELECT 'kept'%"}) == [(1,)]
    assert ask(PREPARED, {"like": "SELECT 'anew'%"}) == [(0,)]

    connection.close()

    assert ask("SELECT 'kept', %(n)s::int", {"n": 4}) == [("kept", 4)]


def test_what_is_asked_first_in_a_transaction_ends_with_it() -> None:
    with transaction.atomic():
        assert ask(INSERT, {"name": "Politics"}) == []
        transaction.set_rollback(True)
    assert not Section.objects.exists()

    with transaction.atomic():
        ask(INSERT, {"name": "Politics"})
    assert Section.objects.get().slug == "politics"


def test_errors_are_djangos() -> None:
    with pytest.raises(ProgrammingError, match="articles_nothing"):
        ask("SELECT * FROM articles_nothing", {})
    ask(INSERT, {"name": "Politics"})
    with pytest.raises(IntegrityError) as raised:
        ask(INSERT, {"name": "Politics"}, is_prepared=False)

    assert getattr(raised.value.__cause__, "sqlstate", "") == "23505"
    assert ask("SELECT 1", {}) == [(1,)]


@pytest.mark.parametrize("is_prepared", [False, True])
def test_a_lost_connection_is_said_so_and_replaced(*, is_prepared: bool) -> None:
    ask("SELECT 1", {})
    close_the_servers_end()

    for _ in range(2):  # as it is lost, and when it is known to be
        with pytest.raises(OperationalError):
            ask("SELECT 1", {}, is_prepared=is_prepared)
    connection.close_if_unusable_or_obsolete()

    assert ask("SELECT 1", {}, is_prepared=is_prepared) == [(1,)]


def test_django_sees_what_is_asked() -> None:
    with CaptureQueriesContext(connection) as seen:
        ask("SELECT %(a)s::int", {"a": 1})

    assert [query["sql"] for query in seen] == ["SELECT $1::int"]


def test_what_wraps_djangos_statements_wraps_these() -> None:
    seen: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        assert ask("SELECT %(a)s::int", {"a": 1}) == [(1,)]

    assert seen == ["SELECT %(a)s::int"]


def test_nothing_is_asked_in_a_transaction_that_is_broken() -> None:
    with transaction.atomic():
        with contextlib.suppress(IntegrityError), transaction.atomic(savepoint=False):
            ask(INSERT, {"name": "Politics"})
            ask(INSERT, {"name": "Politics"})
        with pytest.raises(transaction.TransactionManagementError):
            ask("SELECT 1", {})
