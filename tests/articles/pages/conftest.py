from collections.abc import Iterator

import pytest
from django.core.cache import caches
from pytest_django.fixtures import Settings


@pytest.fixture
def kept(settings: Settings) -> Iterator[None]:
    """Pages are kept, as in production."""
    settings.CACHES = settings.CACHES | {"pages": settings.CACHES["pages"] | {"TIMEOUT": 5}}
    yield
    caches["pages"].clear()  # the next test has pages of the same names
