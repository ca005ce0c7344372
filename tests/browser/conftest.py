from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browsing import PHONE, Visitor, chromium

Visiting = Callable[..., Visitor]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visiting(browser: Browser, live_server: LiveServer) -> Iterator[Visiting]:
    """Makes visitors, on a phone unless told otherwise; at the end none has met trouble."""
    visitors: list[Visitor] = []

    def make(**options: Any) -> Visitor:
        context = browser.new_context(**{"viewport": PHONE, **options})
        visitors.append(Visitor(context, live_server.url))
        return visitors[-1]

    yield make
    troubles = [trouble for visitor in visitors for trouble in visitor.troubles]
    for visitor in visitors:
        visitor.context.close()
    assert troubles == []


@pytest.fixture
def visitor(visiting: Visiting) -> Visitor:
    return visiting()
