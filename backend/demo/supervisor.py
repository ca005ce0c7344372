"""Children of the demo: started, prefixed, watched, and gone when we are."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

from backend.services import die_with_parent

PATIENCE = 8  # seconds between asking a child to stop and making it
COLOURS = (36, 33, 35, 32, 34, 31, 96)


class ChildDiedError(Exception):
    """A child ended by itself; nothing works without it."""


@dataclass
class Children:
    """Processes of ours, by name, each in a session of its own."""

    env: dict[str, str]
    processes: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)
    echoes: list[threading.Thread] = field(default_factory=list)

    def start(
        self, name: str, *command: str, listener: socket.socket | None = None
    ) -> "subprocess.Popen[str]":
        """Start `python -m command...`; its output follows under its name. The child inherits the
        listener under the same number.
        """
        process = subprocess.Popen(  # noqa: S603 - our own modules; the child calls C only
            [sys.executable, "-m", *command],
            env=self.env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=() if listener is None else (listener.fileno(),),
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )
        self.processes[name] = process
        if process.stdout:
            colour = COLOURS[len(self.processes) % len(COLOURS)]
            follow = threading.Thread(
                target=self.echo, args=(name, colour, process.stdout), daemon=True
            )
            follow.start()
            self.echoes.append(follow)
        return process

    def wait(self, name: str) -> None:
        """Wait until a child has done its work. Raises ChildDiedError where it failed."""
        code = self.processes[name].wait()
        del self.processes[name]
        if code:
            raise ChildDiedError(f"{name} failed with code {code}")

    @staticmethod
    def echo(name: str, colour: int, output: IO[str]) -> None:
        with output:
            for line in output:
                say(line.rstrip(), name, colour)

    def check(self) -> None:
        """Raises ChildDiedError where one is gone."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise ChildDiedError(f"{name} ended with code {process.returncode}")

    def stop(self) -> None:
        """Ask all to stop, wait, then kill the sessions of those that did not."""
        for process in self.processes.values():
            process.terminate()
        end = time.monotonic() + PATIENCE
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0, end - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for echo in self.echoes:
            echo.join(1)  # last words; a daemon that left the session may hold the pipe


def say(text: str, name: str = "demo", colour: int = 1) -> None:
    """One line, with the time and who says it."""
    now = f"{datetime.now():%H:%M:%S}"  # noqa: DTZ005 - for the eyes of whoever sits here
    is_terminal = sys.stdout.isatty()
    label = f"\033[{colour}m{name:>10}\033[0m" if is_terminal else f"{name:>10}"
    sys.stdout.write(f"{now} {label} | {text}\n")
    sys.stdout.flush()


def wait_for(children: Children, what: str, is_there: Callable[[], bool], seconds: float) -> None:
    """Wait until something is there. Raises ChildDiedError, or TimeoutError naming it."""
    end = time.monotonic() + seconds
    children.check()  # before all else: a stranger may be there in place of a child that died
    while not is_there():
        children.check()
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s in vain: {what}")
        time.sleep(0.03)


def answers(url: str) -> bool:
    """Whether a loopback server answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own loopback URL
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP
    except (urllib.error.URLError, OSError):
        return False
