import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.demo import supervisor
from backend.demo.__main__ import listen
from backend.demo.supervisor import ChildDiedError, Children, wait_for

NOBODY = Children({})
Start = Callable[[str, str], "subprocess.Popen[str]"]


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    started = Children(os.environ | {"PYTHONPATH": str(tmp_path)})
    yield started
    started.stop()


@pytest.fixture
def start(children: Children, tmp_path: Path) -> Start:
    """Start a child of a name that runs some code."""

    def start_code(name: str, code: str) -> "subprocess.Popen[str]":
        (tmp_path / f"{name}.py").write_text(code)
        return children.start(name, name)

    return start_code


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    asked = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return bool(asked.stdout) and not asked.stdout.startswith(b"Z")


def children_of(pid: int) -> list[int]:
    asked = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in asked.stdout.split()]


def test_what_a_child_says_appears_under_its_name(
    children: Children, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    start("speaker", "print('good morning')").wait()

    children.stop()

    assert "speaker | good morning\n" in capsys.readouterr().out


def test_a_child_answers_on_the_socket_that_was_opened_for_it(
    children: Children, tmp_path: Path
) -> None:
    (tmp_path / "greeter.py").write_text(
        "import socket, sys\n"
        "socket.socket(fileno=int(sys.argv[1])).accept()[0].sendall(b'good morning')"
    )
    with listen(0) as listener:
        address = listener.getsockname()
        with pytest.raises(OSError, match="in use"):
            socket.create_server(address)
        children.start("greeter", "greeter", str(listener.fileno()), listener=listener)

    with socket.create_connection(address, 10) as connection:
        assert connection.recv(100) == b"good morning"


def test_nobody_is_waited_for_in_place_of_a_child_that_died(
    children: Children, start: Start
) -> None:
    start("weakling", "raise SystemExit(3)").wait()

    with pytest.raises(ChildDiedError):
        wait_for(children, "something", lambda: True, 5)


def test_a_child_that_dies_is_named(children: Children, start: Start) -> None:
    start("weakling", "raise SystemExit(3)").wait()

    with pytest.raises(ChildDiedError, match="weakling ended with code 3"):
        wait_for(children, "something", lambda: False, 5)


def test_a_step_that_fails_is_named(children: Children, start: Start) -> None:
    start("step", "raise SystemExit(2)")

    with pytest.raises(ChildDiedError, match="step failed with code 2"):
        children.wait("step")


def test_waiting_in_vain_says_for_what() -> None:
    with pytest.raises(TimeoutError, match="in vain: the moon"):
        wait_for(NOBODY, "the moon", lambda: False, 0.1)


def test_a_child_that_ignores_sigterm_is_killed_with_its_own_children(
    children: Children, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE", 0.5)
    stubborn = start(
        "stubborn",
        "import signal, subprocess\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "subprocess.run(['sleep', '60'])",
    )
    wait_for(children, "its child", lambda: bool(children_of(stubborn.pid)), 5)
    [grandchild] = children_of(stubborn.pid)

    children.stop()

    assert not is_alive(stubborn.pid)
    wait_for(NOBODY, "its child's end", lambda: not is_alive(grandchild), 5)


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels have no signal for that")
def test_children_of_a_killed_supervisor_end(tmp_path: Path) -> None:
    (tmp_path / "sleeper.py").write_text("import time; time.sleep(60)")
    code = (
        "import os, time; from backend.demo.supervisor import Children\n"
        f"env = os.environ | {{'PYTHONPATH': {str(tmp_path)!r}}}\n"
        "print(Children(env).start('sleeper', 'sleeper').pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], text=True, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_alive(child)

    parent.send_signal(signal.SIGKILL)
    parent.communicate()

    wait_for(NOBODY, "its end", lambda: not is_alive(child), 5)
