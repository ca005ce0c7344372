"""Servers of a test's own, which may be stopped without taking the suite's from it."""

import contextlib
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from backend import services
from tests.processes import wait_until


class Broker:
    """A Valkey that forgets all when it stops."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sockets = services.make_socket_folder(folder)
        self.url = f"unix://{self.sockets}/valkey.sock?db=0"
        self.stack = contextlib.ExitStack()

    def start(self) -> None:
        self.stack.enter_context(
            services.run_valkey(self.folder, self.sockets, durable=False, say=lambda _: None)
        )

    def stop(self) -> None:
        self.stack.close()


@contextlib.contextmanager
def own_broker(folder: Path) -> Iterator[Broker]:
    broker = Broker(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


class Server:
    """A PostgreSQL that keeps what is committed, with the environment it is started in."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder, self.variables = folder, variables
        self.sockets = services.make_socket_folder(folder)
        self.stack = contextlib.ExitStack()

    def start(self) -> None:
        before = {name: os.environ.get(name) for name in self.variables}
        os.environ.update(self.variables)
        try:
            self.stack.enter_context(
                services.run_postgres(self.folder, self.sockets, durable=True, say=lambda _: None)
            )
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

    def stop_at_once(self) -> None:
        """As `pg_ctl stop -m immediate`: no checkpoint, recovery from the log at the next start."""
        pid = int((self.folder / "pgdata" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: not services.ask_postgres(self.conninfo))
        self.stack.close()

    @property
    def conninfo(self) -> str:
        return f"postgresql://daily8@/daily8?host={self.sockets}"


@contextlib.contextmanager
def own_database(folder: Path, variables: Mapping[str, str]) -> Iterator[Server]:
    """This process and the workers that it starts use it while the block runs."""
    server = Server(folder, variables)
    server.start()
    before = {name: connection.settings_dict[name] for name in ("NAME", "HOST", "USER")}
    forget_connections()
    connection.settings_dict.update(NAME="daily8", HOST=str(server.sockets), USER="daily8")
    try:
        call_command("migrate", verbosity=0)
        yield server
    finally:
        forget_connections()
        connection.settings_dict.update(before)
        server.stack.close()


def forget_connections() -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's
