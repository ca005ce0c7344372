"""How a worker is started."""

import os
import subprocess
import sys

from tests.processes import ROOT

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
