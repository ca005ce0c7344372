import pytest
from django.core.cache import cache

from notifications.transports.memory import MemoryTransport


@pytest.fixture(autouse=True)
def _clean_shared_state() -> None:
    MemoryTransport.outbox.clear()
    MemoryTransport.answers.clear()
    cache.clear()
