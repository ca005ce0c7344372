"""The web process as gunicorn runs it."""

import urllib.request
from urllib.error import HTTPError

import pytest
from django.db import connection

from tests.processes import web

TERMINATE = """
    SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
pytestmark = pytest.mark.django_db(transaction=True)


def ask(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_a_connection_that_broke_costs_one_answer() -> None:
    with web("--threads", "1", ALLOWED_HOSTS="127.0.0.1") as server:
        url = f"{server}/api/v1/sections"
        assert ask(url) == 200

        with connection.cursor() as cursor:
            cursor.execute(TERMINATE)

        assert [ask(url) for _ in range(3)] == [500, 200, 200]
