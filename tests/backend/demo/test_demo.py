"""The demo as its users start it. Everything it starts has the folder in its environment."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.services import make_socket_folder

ROOT = Path(__file__).resolve().parent.parent.parent.parent

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks for left-overs in /proc"),
    pytest.mark.timeout(180),
]


class Run:
    """One `python -m backend.demo`, and all that it has said."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        own = {"DATABASE_URL", "REDIS_URL", "PUSH_TRANSPORT", "STATIC_ROOT"}
        env = {name: value for name, value in os.environ.items() if name not in own}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "backend.demo", "--folder", str(folder), *arguments],
            cwd=ROOT,
            env=env | {"DEMO_MARK": str(folder)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.said = ""

    def read_until(self, text: str) -> str:
        """The line with the text."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if text in line:
                return str(line)
        raise AssertionError(f"never said {text!r}:\n{self.said}")

    def end(self) -> int:
        said, _ = self.process.communicate(timeout=60)
        self.said += said
        return int(self.process.returncode)


def left_over(folder: Path) -> list[str]:
    """Command lines of living processes that inherited the mark."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            command = (process / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue  # ended while we looked
        if f"DEMO_MARK={folder}".encode() in environment:
            found.append(f"{process.name} {command}")
    return found


def wait_for_none_left(folder: Path) -> None:
    end = time.monotonic() + 20
    while left_over(folder):
        assert time.monotonic() < end, left_over(folder)
        time.sleep(0.1)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for line in left_over(tmp_path):
        os.kill(int(line.split()[0]), signal.SIGKILL)
    shutil.rmtree(make_socket_folder(tmp_path))


def check_push(said: str) -> str:
    """That every step of an article's way was seen, and its end; the article's title."""
    steps = re.findall(r"(\d+\.\d\d) s  (\w+)", said)
    assert {"fetched", "tagged", "alert", "accepted", "arrived"} == {word for _, word in steps}
    assert all(float(seconds) < 30 for seconds, _ in steps)
    assert "│  8  Daily8" in said
    [title] = re.findall(r'published by .*?: "(.*)"', said)
    return str(title)


def test_a_push_arrives_and_nothing_is_left_after_kill_9_or_ctrl_c(folder: Path) -> None:
    killed = Run(folder)
    page = killed.read_until("the tag's page").split()[-1]

    second = Run(folder)

    assert second.end() == 1
    assert f"process {killed.process.pid}" in second.said
    assert page.startswith(str(re.findall(r"http://\S+", second.said)[0]))
    killed.process.kill()
    killed.process.communicate(timeout=30)
    wait_for_none_left(folder)

    port = int((folder / "lock").read_text().rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):  # somebody else's now
        again = Run(folder, "--once")
        assert again.end() == 0, again.said
    assert check_push(again.said) != check_push(killed.said)
    wait_for_none_left(folder)

    interrupted = Run(folder)
    interrupted.read_until("ready after")
    interrupted.process.send_signal(signal.SIGINT)
    assert interrupted.end() == 0
    wait_for_none_left(folder)
