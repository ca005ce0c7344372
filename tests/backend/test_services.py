import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend import services

ROOT = Path(__file__).resolve().parent.parent.parent
# Says where the servers are, then stays for a while.
COMMAND = "import os, time; print(os.environ['DATABASE_URL'], flush=True); time.sleep(60)"


@pytest.fixture
def own_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the tests' own servers in the environment, so that new ones are started."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")


def start(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "backend.services", "--folder", str(folder)),
            *(sys.executable, "-c", COMMAND),
        ],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def read_url(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    url: str = next(line for line in process.stdout if line.startswith("postgresql://"))
    return url


def left_over(folder: Path) -> list[str]:
    """Processes whose command line names the folder."""
    found = subprocess.run(
        ["pgrep", "-fa", str(folder)], capture_output=True, text=True, check=False
    )
    return [line for line in found.stdout.splitlines() if "pgrep" not in line]


def wait_for_none_left(folder: Path) -> None:
    end = time.monotonic() + 10
    while left_over(folder):
        assert time.monotonic() < end, left_over(folder)
        time.sleep(0.1)


@pytest.mark.usefixtures("own_servers")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_over_and_the_next_start_works(
    tmp_path: Path, stop: signal.Signals
) -> None:
    for _ in range(2):
        process = start(tmp_path)
        assert read_url(process)

        process.send_signal(stop)
        process.communicate(timeout=20)

        wait_for_none_left(tmp_path)


@pytest.mark.usefixtures("own_servers")
def test_a_second_run_says_where_the_first_one_is(tmp_path: Path) -> None:
    first = start(tmp_path)
    read_url(first)

    second = start(tmp_path)
    _, said = second.communicate(timeout=20)

    assert second.returncode == 1
    assert said.startswith(f"already running: process {first.pid}")
    first.terminate()
    first.communicate(timeout=20)


@pytest.mark.usefixtures("own_servers")
def test_an_interrupted_initdb_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "pgdata").mkdir()
    (tmp_path / "pgdata" / "PG_VERSION").write_text("half")

    process = start(tmp_path)

    assert read_url(process)
    process.terminate()
    process.communicate(timeout=20)


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_servers_that_are_named_are_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/daily8")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    with services.running(tmp_path) as variables:
        assert variables == {}
        assert os.environ[name].endswith(("elsewhere/daily8", "elsewhere/0"))
    assert not (tmp_path / "pgdata").exists()
