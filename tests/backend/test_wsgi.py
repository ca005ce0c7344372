"""The web process as gunicorn runs it."""

import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from urllib.error import HTTPError

import pytest
from django.db import connection

from tests.processes import environment, running, spawn, wait_until

TERMINATE = """
    SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server() -> Iterator[str]:
    """Where one thread of it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ("gunicorn", "backend.wsgi", "--bind", f"127.0.0.1:{port}")
    options = ("--worker-class", "gthread", "--threads", "1")
    env = environment(ALLOWED_HOSTS="127.0.0.1")
    with running(spawn(*command, *options, env=env, stderr=subprocess.DEVNULL)):
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: is_up(url))
        yield url


def is_up(url: str) -> bool:
    try:
        return ask(f"{url}/healthz") == 200
    except OSError:
        return False


def ask(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_a_connection_that_broke_costs_one_answer(server: str) -> None:
    url = f"{server}/api/v1/sections"
    assert ask(url) == 200

    with connection.cursor() as cursor:
        cursor.execute(TERMINATE)

    assert [ask(url) for _ in range(3)] == [500, 200, 200]
