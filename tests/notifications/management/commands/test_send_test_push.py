from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from notifications.transports import get_transport
from notifications.transports.base import Outcome, Result
from notifications.transports.memory import MemoryTransport
from tests.app import DEVICE
from tests.processes import PushService


@pytest.fixture
def _own_transport() -> Iterator[None]:
    """Made from this test's settings, and not left to the next."""
    get_transport.cache_clear()
    yield
    get_transport().close()
    get_transport.cache_clear()


def send(*arguments: str) -> str:
    printed = StringIO()
    call_command("send_test_push", *arguments, stdout=printed)
    return printed.getvalue()


def test_a_phone_is_sent_a_push() -> None:
    assert send(DEVICE["address"], "--title", "Hello").startswith("accepted")

    [sent] = MemoryTransport.outbox
    assert (sent.address, sent.notice.title) == (DEVICE["address"], "Hello")


@pytest.mark.usefixtures("_own_transport")
def test_a_browser_is_sent_a_push(push_service: PushService) -> None:
    browser = push_service.subscribe()

    told = send(browser.endpoint, "--kind", "web_push", "--keys", browser.keys)

    [received] = browser.received()
    assert told.startswith("accepted")
    assert received["message"]["notification"]["title"] == "Daily8 reaches this phone"


def test_a_refusal_is_told_in_the_providers_words() -> None:
    MemoryTransport.answers[DEVICE["address"]] = Outcome(result=Result.GONE, code="UNREGISTERED")

    with pytest.raises(CommandError, match="gone: UNREGISTERED"):
        send(DEVICE["address"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["short"],
        ["https://evil.example/", "--kind", "web_push"],
        [DEVICE["address"], "--keys", "a.b"],
    ],
)
def test_what_is_no_address_is_not_tried(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        send(*arguments)

    assert MemoryTransport.outbox == []
