"""The product's real processes, and stand-ins for what is outside of it, for tests."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
    env: dict[str, str],
    queues: str = "ingest,push",
    size: int = 2,
    *,
    program: str = "backend.worker",
) -> "subprocess.Popen[str]":
    return spawn(
        *(program, "--queues", queues, "--concurrency", str(size)),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"),
        env=env,
    )


def beat(env: dict[str, str], folder: Path) -> "subprocess.Popen[str]":
    command = ("celery", "-A", "backend", "beat", "--schedule", str(folder / "beat"), "--pidfile=")
    return spawn(*command, env=env, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def web(*options: str, **changes: object) -> Iterator[str]:
    """The address of gunicorn with the product; `changes` are to its environment."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = ("gunicorn", "backend.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class=gthread")
    env = environment(SITE_URL=url, **changes)
    with running(spawn(*command, *options, env=env, stderr=subprocess.DEVNULL)):
        wait_until(lambda: is_up(url))
        yield url


def is_up(url: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(urllib.request.urlopen(f"{url}/healthz", timeout=5).status == 200)
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class StandIn:
    """A stand-in of ours as a process, and its control over HTTP."""

    def __init__(self, *command: str) -> None:
        self.process = spawn(*command, env=dict(os.environ), stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[-1]

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


class Emulator(StandIn):
    """That for FCM."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__("notifications.emulator", "--port", "0", "--state-dir", str(folder))
        self.credentials = folder / "service-account.json"
        self.credentials.write_text(json.dumps(self.ask("GET", "/service-account.json")))

    def variables(self) -> dict[str, str]:
        return {
            "PUSH_TRANSPORT": "notifications.transports.fcm.FcmTransport",
            "FCM_URL": self.url,
            "FIREBASE_CREDENTIALS": str(self.credentials),
        }


@dataclass(frozen=True)
class Browser:
    """A subscription whose keys the push service holds, so that it sees what arrives."""

    service: "PushService"
    id: str
    endpoint: str
    keys: str

    def fail(self, fault: object) -> None:
        self.service.fail({self.id: fault})

    def counts(self) -> Any:
        return self.service.ask("GET", f"/emulator/phones/{self.id}")

    def received(self) -> Any:
        """Each with `message`, decrypted, and `ttl`, `urgency`, `topic` and `size`."""
        return self.service.ask("GET", f"/emulator/phones/{self.id}/messages")

    def uninstall(self) -> None:
        self.service.ask("DELETE", f"/emulator/phones/{self.id}")


class PushService(StandIn):
    """That for browsers' push services."""

    PRIVATE_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"  # of RFC 8291, appendix A

    def __init__(self) -> None:
        super().__init__("notifications.emulator.push_service", "--port", "0")
        self.host = self.url.removeprefix("http://")

    def subscribe(self, key: str = "") -> Browser:
        """A new browser, which takes messages of one sender only where `key` is given."""
        return Browser(self, **self.ask("POST", "/emulator/phones", {"key": key}))

    def variables(self) -> dict[str, str]:
        return {
            "WEB_PUSH_TRANSPORT": "notifications.transports.webpush.WebPushTransport",
            "WEB_PUSH_HOSTS": self.host,
            "OUTBOUND_ALLOW": self.host,
            "VAPID_PRIVATE_KEY": self.PRIVATE_KEY,
            "VAPID_SUBJECT": "mailto:desk@news.example",
        }


def wait_until(is_so: Callable[[], object], seconds: float = 30) -> None:
    """Ask until the answer is true; fail where it does not become so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def is_somebody_waiting() -> bool:
    """For a lock of the database that another holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        [count] = cursor.fetchone()
    return bool(count)
