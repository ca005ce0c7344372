from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from articles.gazetteer import GAZETTEER
from articles.grouping import MEMORIES
from articles.pace import connect
from backend.limits import COUNTER
from notifications.transports.memory import MemoryTransport
from tests.app import App
from tests.desk import make_editor
from tests.processes import Emulator, PushService, kill


@pytest.fixture(autouse=True)
def _clean_shared_state() -> None:
    MemoryTransport.outbox.clear()
    MemoryTransport.answers.clear()
    GAZETTEER.forget()
    MEMORIES.clear()
    COUNTER.forget()
    cache.clear()
    connect().flushdb()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None,  # noqa: ARG001 - pytest-django's, to be run first
) -> None:
    """A test that tried the database without leave has opened its pool, to another than ours."""
    connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL alone


@pytest.fixture(scope="session")
def _emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("fcm"))
    yield emulator
    kill(emulator.process)


@pytest.fixture
def emulator(_emulator: Emulator) -> Emulator:
    """One emulator for all tests, with nothing counted and no fault set."""
    _emulator.reset()
    return _emulator


@pytest.fixture(scope="session")
def _push_service() -> Iterator[PushService]:
    service = PushService()
    yield service
    kill(service.process)


@pytest.fixture
def push_service(_push_service: PushService, settings: Settings) -> PushService:
    """One push service for all tests, with nobody subscribed; this process sends to it."""
    _push_service.reset()
    lists = {"WEB_PUSH_HOSTS", "OUTBOUND_ALLOW"}
    for name, value in _push_service.variables().items():
        setattr(settings, name, frozenset({value}) if name in lists else value)
    return _push_service


@pytest.fixture
def anonymous() -> APIClient:
    """An app without a session."""
    return APIClient()


@pytest.fixture
def editor(db: None) -> Client:  # noqa: ARG001 - opens the database
    """A superuser's browser."""
    return make_editor()


@pytest.fixture
def app(db: None) -> App:  # noqa: ARG001 - opens the database
    """An app whose reader has a session."""
    return App()
