"""What PostgreSQL works on while messages are sent."""

import select
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn

from articles.models.statement import Values, ask, bind, check, prepare, read_rows

Rows = list[tuple[Any, ...]]


class Aside:
    """A connection of its own, which is asked one thing at a time. Nobody waits for the answer, no
    thread either: libpq has what has come when it is wanted, and PostgreSQL rests where it is too
    far ahead.

    Within a transaction all is asked in there and at once: another connection does not see what
    that has written.
    """

    def __init__(self) -> None:
        self.database = connections.create_connection(DEFAULT_DB_ALIAS)
        self.is_busy = False
        """Not all that was asked for has been taken."""
        self.found: list[Rows] = []

    def ask(
        self,
        statement: str,
        values: Values,
        *,
        at_once: int,
        is_binary: bool = False,
        is_prepared: bool = True,
    ) -> None:
        """Ask as `articles.models.statement.ask` does; the rows come `at_once` at a time."""
        if connection.in_atomic_block:
            rows = ask(statement, values, is_binary=is_binary, is_prepared=is_prepared)
            self.found = [rows[at : at + at_once] for at in range(0, len(rows), at_once)]
            return
        self.database.ensure_connection()
        form = Format.BINARY if is_binary else Format.TEXT
        with self.database.wrap_database_errors:
            query, bound = bind(self.database.connection, statement, values)
            if is_prepared:
                name = prepare(self.database.connection, statement)
                self.server.send_query_prepared(name, bound, result_format=form)
            else:
                self.server.send_query_params(query, bound, result_format=form)
            self.is_busy = True
            self.server.set_chunked_rows_mode(at_once)

    def is_ready(self) -> bool:
        """Whether the next rows can be taken without waiting. Raises django.db.Error."""
        if not self.is_busy:
            return True
        with self.database.wrap_database_errors:
            self.server.consume_input()
            return not self.server.is_busy()

    def take(self) -> Rows:
        """The next rows, none after the last. Raises django.db.Error."""
        if not self.is_busy:
            return self.found.pop(0) if self.found else []
        self.wait()
        with self.database.wrap_database_errors:
            result = self.server.get_result()
            if result and result.status == ExecStatus.TUPLES_CHUNK:
                return read_rows(self.database.connection, result)
            ended = [result, *iter(self.server.get_result, None)]
            self.is_busy = False
            for each in filter(None, ended):  # what may go wrong as it is committed comes last
                check(self.database.connection, each)
        return []

    def wait(self) -> None:
        """Until something can be taken. Here, since libpq waits with the interpreter in its hand:
        no other thread could do anything, nor any signal.
        """
        arrivals = select.poll()
        arrivals.register(self.server.socket, select.POLLIN)
        while not self.is_ready():
            arrivals.poll()

    def drop(self) -> None:
        """Let go of all that was not taken, as it comes."""
        while self.is_busy and self.server.get_result():
            pass
        self.is_busy, self.found = False, []

    def close(self) -> None:
        self.drop()
        self.database.close()

    @property
    def server(self) -> PGconn:
        server: PGconn = self.database.connection.pgconn
        return server
