"""Real servers for the tests, started before Django's settings are read.

pytest-django reads the settings before any conftest, so this is a plugin of its own (`-p`).
Processes that test side by side have servers of their own: a server's databases share its
transaction ids, by which apps synchronise.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

from backend import services

STACK = contextlib.ExitStack()
SETTINGS = {
    "API_KEEP_SECONDS": "0",  # tests look at once
    "DEBUG": "yes",
    "FETCH_HOST_GAP": "0",
    "PAGE_SECONDS": "0",
    "PUSH_TRANSPORT": "notifications.transports.memory.MemoryTransport",
    "WEB_PUSH_TRANSPORT": "notifications.transports.memory.MemoryTransport",
}


def start(buffers: int = services.BUFFERS) -> None:
    """`buffers`: MB that PostgreSQL shares."""
    folder = Path(tempfile.mkdtemp(prefix="daily8-tests-"))
    STACK.callback(shutil.rmtree, folder, ignore_errors=True)
    # WhiteNoise reads all that is in it: nothing of PostgreSQL's, whose files come and go.
    static = folder / "static"
    static.mkdir()
    os.environ.setdefault("STATIC_ROOT", str(static))
    os.environ.setdefault("PICTURE_FOLDER", str(folder / "pictures"))
    servers = services.running(folder, durable=False, buffers=buffers, say=lambda _: None)
    variables = STACK.enter_context(servers)
    os.environ.update(variables)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    is_one_of_many = "PYTEST_XDIST_WORKER" in os.environ
    if is_one_of_many or not early_config.known_args_namespace.numprocesses:
        start()
    yield


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:  # noqa: ARG001 - pytest's signature
    """One more than there are cores, up to four: many tests wait for what they started."""
    return min(len(os.sched_getaffinity(0)) + 1, 4)


def pytest_unconfigure(config: pytest.Config) -> None:  # noqa: ARG001 - pytest's signature
    STACK.close()


# On two busy cores the first draw of a strategy may take a second: that says nothing about us.
hypothesis.settings.register_profile(
    "daily8", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("daily8")
for name, value in SETTINGS.items():
    os.environ.setdefault(name, value)
