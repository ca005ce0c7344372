"""The server answers what the schema promises, whatever it is asked."""

import importlib.util
import os
import subprocess
import sys

import pytest

from tests.processes import ROOT

pytestmark = pytest.mark.contract
SECONDS = int(os.environ.get("CONTRACT_SECONDS", "330"))


@pytest.mark.timeout(SECONDS + 300)
def test_no_request_finds_the_server_and_the_schema_at_odds(server: str) -> None:
    if importlib.util.find_spec("schemathesis") is None:
        pytest.skip("schemathesis is not installed: `make contract` installs it")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", "docs/openapi.yaml"),
        *("--url", server, "--checks", "all", "--mode", "all", "--phases"),
        *("examples,coverage,fuzzing,stateful", "--max-time", str(SECONDS)),
        *("--continue-on-failure", "--request-timeout", "20", "--warnings", "off"),
    ]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.contract.hooks", "DAILY8_URL": server}
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | hooks, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
