"""Statements written by hand: bound and prepared on the server, and waited for once.

Django binds on the client, and psycopg waits in rounds: to send, for the answer to begin, for each
16 KB of it. After every round a thread asks for the interpreter again, and between the threads of a
web process that takes longer than the rest. Libpq's own call comes back with the whole answer: a
list of cards costs a fifth less.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, cast
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

Values = Mapping[str, Any]
Connection = psycopg.Connection[Any]

PARAMETER = re.compile(r"%\((\w+)\)s")
PREPARED: WeakKeyDictionary[Connection, dict[str, bytes]] = WeakKeyDictionary()
"""Each connection's statements, with their names there."""


def ask(
    statement: str, values: Values, *, is_binary: bool = False, is_prepared: bool = True
) -> list[tuple[Any, ...]]:
    """The rows of a statement, none where it has no result. Its parameters are written %(name)s and
    have the types that PostgreSQL infers.

    `is_binary`: whether the answer comes in PostgreSQL's binary format, in which arrays, long texts
    and UUIDs are read faster. `is_prepared`: whether its plan is kept; one that depends on the
    values is not to be. Raises django.db.Error.
    """
    database = connections[DEFAULT_DB_ALIAS]  # once: `connection` looks it up at every mention
    database.ensure_connection()
    cursor = Cursor(
        cast("Connection", database.connection),
        Format.BINARY if is_binary else Format.TEXT,
        is_prepared=is_prepared,
    )
    if database.queries_logged or database.execute_wrappers:
        wrap: Any = database.make_debug_cursor if database.queries_logged else database.make_cursor
        wrap(cursor).execute(statement, values)
    else:  # what Django's wrapper does, which takes a third of the time that all of this does
        database.validate_no_broken_transaction()
        with database.wrap_database_errors:
            cursor.execute(statement, values)
    return cursor.rows


class Cursor:
    """As much of a cursor as Django needs to log what is asked and to translate errors."""

    def __init__(self, connection: Connection, form: Format, *, is_prepared: bool) -> None:
        self.connection, self.form, self.is_prepared = connection, form, is_prepared
        self.query = b""
        self.rows: list[tuple[Any, ...]] = []

    @property
    def _query(self) -> "Cursor":
        """Where Django's log of statements looks for `query`, as in psycopg's cursors."""
        return self

    def execute(self, statement: str, values: Values) -> None:
        """Raises psycopg.Error."""
        begin(self.connection)
        server = self.connection.pgconn
        self.query, bound = bind(self.connection, statement, values)
        if self.is_prepared:
            name = prepare(self.connection, statement)
            result = server.exec_prepared(name, bound, result_format=self.form)
        else:
            result = server.exec_params(self.query, bound, result_format=self.form)
        self.rows = read_rows(self.connection, check(self.connection, result))


def bind(connection: Connection, statement: str, values: Values) -> tuple[bytes, Any]:
    """A statement with its parameters numbered, and their values as it is sent them."""
    query, names = number(statement)
    forms = [PyFormat.TEXT] * len(names)  # the type of a binary one would have to be known
    return query, Transformer(connection).dump_sequence([values[name] for name in names], forms)


def prepare(connection: Connection, statement: str) -> bytes:
    """The name of a statement on the server, where it is prepared once."""
    names = PREPARED.setdefault(connection, {})
    if statement not in names:
        name = b"ask_%d" % len(names)
        check(connection, connection.pgconn.prepare(name, number(statement)[0]))
        names[statement] = name
    return names[statement]


def read_rows(connection: Connection, result: PGresult) -> list[tuple[Any, ...]]:
    transformer = Transformer(connection)
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)


def begin(connection: Connection) -> None:
    """Psycopg begins a transaction with the first statement that it sees itself."""
    if connection.closed:
        raise psycopg.OperationalError("the connection is closed")
    if not connection.autocommit and connection.pgconn.transaction_status == TransactionStatus.IDLE:
        connection.execute("SELECT")


def check(connection: Connection, result: PGresult) -> PGresult:
    if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        return result
    if connection.closed:  # libpq's own error, without PostgreSQL's code
        raise psycopg.OperationalError(result.get_error_message())
    raise error_from_result(result)


@cache
def number(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement with its parameters numbered, as PostgreSQL has them, and their names."""
    names = tuple(dict.fromkeys(PARAMETER.findall(statement)))
    numbered = PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    return numbered.encode(), names
