"""How a worker is started."""

import os
import subprocess
import sys

import pytest
from django.db import connection
from django.utils import timezone

from notifications.tasks import sweep_alerts
from tests.processes import ROOT, environment, running, wait_until, worker

ENV = os.environ | {"DEBUG": "yes"}


def run(*command: str) -> str:
    return subprocess.check_output([sys.executable, *command], cwd=ROOT, env=ENV, text=True)


def test_a_worker_takes_celerys_options() -> None:
    assert {"--queues", "--concurrency", "--hostname"} <= set(
        run("-m", "backend.worker", "--help").replace(",", " ").split()
    )


def test_no_worker_brings_a_shell_for_people() -> None:
    code = "import sys, backend.worker; print('prompt_toolkit' in sys.modules)"

    assert run("-c", code).strip() == "False"


OTHERS = """
    SELECT pid, query_start > %s FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def run_task() -> set[int]:
    """The connections that a worker has after a task."""
    begun = timezone.now()
    sweep_alerts.apply_async()

    def find() -> dict[int, bool]:
        with connection.cursor() as cursor:
            cursor.execute(OTHERS, [begun])
            return dict(cursor.fetchall())

    wait_until(lambda: any(find().values()), 30)
    return set(find())


@pytest.mark.django_db(transaction=True)
def test_a_worker_keeps_its_connections_from_task_to_task_and_replaces_dead_ones() -> None:
    with running(worker(environment(), "push", size=1)):
        run_task()  # the first one connects
        first, later = run_task(), [run_task() for _ in range(5)]
        with connection.cursor() as cursor:
            for pid in first:
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        last = run_task()

    assert later == [first] * 5
    assert first
    assert first.isdisjoint(last)
