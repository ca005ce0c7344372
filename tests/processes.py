"""The product's real processes, and stand-ins for what is outside of it, for tests."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from backend.services import die_with_parent

ROOT = Path(__file__).resolve().parent.parent


def environment(**changes: object) -> dict[str, str]:
    """Variables for a process that shares the tests' database and Redis."""
    settings = connection.settings_dict
    host, name = settings["HOST"], settings["NAME"]
    user, password = settings["USER"], settings["PASSWORD"]
    url = f"postgresql://{user}:{password}@/{name}?host={host}&port={settings['PORT'] or 5432}"
    return os.environ | {"DATABASE_URL": url} | {k: str(v) for k, v in changes.items()}


def spawn(*command: str, env: dict[str, str], **options: Any) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=env,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: die_with_parent(signal.SIGKILL),
        **options,
    )


def kill(process: "subprocess.Popen[str]") -> None:
    """SIGKILL to the process and its children: nobody gets to say goodbye."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@contextlib.contextmanager
def running(process: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    try:
        yield process
    finally:
        kill(process)


def worker(
    env: dict[str, str], queues: str = "ingest,push", size: int = 2
) -> "subprocess.Popen[str]":
    return spawn(
        *("celery", "-A", "backend", "worker", "--queues", queues, "--concurrency", str(size)),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"),
        env=env,
    )


def beat(env: dict[str, str], folder: Path) -> "subprocess.Popen[str]":
    command = ("celery", "-A", "backend", "beat", "--schedule", str(folder / "beat"), "--pidfile=")
    return spawn(*command, env=env, stderr=subprocess.DEVNULL)


class Emulator:
    """The FCM emulator as a process, and its control over HTTP."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = ("notifications.emulator", "--port", "0", "--state-dir", str(folder))
        self.process = spawn(*command, env=dict(os.environ), stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[-1]
        self.credentials = folder / "service-account.json"
        self.credentials.write_text(json.dumps(self.ask("GET", "/service-account.json")))

    def ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def fail(self, addresses: dict[str, object]) -> None:
        self.ask("PUT", "/emulator/faults", {"addresses": addresses})

    def counts(self) -> Any:
        return self.ask("GET", "/emulator/counts")

    def reset(self) -> None:
        self.ask("DELETE", "/emulator/counts")
        self.ask("DELETE", "/emulator/faults")

    def variables(self) -> dict[str, str]:
        return {
            "PUSH_TRANSPORT": "notifications.transports.fcm.FcmTransport",
            "FCM_URL": self.url,
            "FIREBASE_CREDENTIALS": str(self.credentials),
        }


def wait_until(is_so: Callable[[], object], seconds: float = 30) -> None:
    """Ask until the answer is true; fail where it does not become so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
