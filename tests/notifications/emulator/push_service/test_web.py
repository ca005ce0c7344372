import urllib.error
import urllib.request
from datetime import UTC, datetime
from email.message import Message

import pytest

from notifications.webpush.encryption import Keys, encrypt
from notifications.webpush.vapid import Vapid
from tests.processes import Browser, PushService


def post(
    browser: Browser, content: bytes = b"{}", keys: str = "", **headers: str
) -> tuple[int, Message]:
    """A push as any sender makes it; errors of HTTP are answers here."""
    body = encrypt(content, Keys.parse(keys or browser.keys))
    request = urllib.request.Request(browser.endpoint, body, method="POST")
    vapid = Vapid(PushService.PRIVATE_KEY, "mailto:desk@news.example")
    sent = {
        "Authorization": vapid.authorize(browser.endpoint, datetime.now(UTC)),
        "Content-Encoding": "aes128gcm",
        "TTL": "60",
    }
    for name, value in (sent | headers).items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


@pytest.fixture
def browser(push_service: PushService) -> Browser:
    return push_service.subscribe()


def test_a_message_is_created_at_a_place_of_its_own(
    browser: Browser, push_service: PushService
) -> None:
    status, headers = post(browser, b'{"hello": 1}', Topic="greeting")

    assert status == 201
    assert headers["Location"].startswith(f"{push_service.url}/message/")
    [received] = browser.received()
    assert (received["message"], received["topic"]) == ({"hello": 1}, "greeting")
    assert browser.counts() == {"accepted": 1, "answered": {"201": 1}, "waiting": 0}


def test_the_next_message_can_be_waited_for(browser: Browser, push_service: PushService) -> None:
    post(browser, b"1")
    post(browser, b"2")
    path = f"/emulator/phones/{browser.id}/next"

    assert push_service.ask("GET", f"{path}?after=0")["message"] == 1
    assert push_service.ask("GET", f"{path}?after=1")["message"] == 2
    assert push_service.ask("GET", f"{path}?after=2&timeout=0.05") is None


def test_what_a_browser_could_not_read_is_refused(
    browser: Browser, push_service: PushService
) -> None:
    assert post(browser, keys=push_service.subscribe().keys)[0] == 400
    assert post(browser, b"no JSON")[0] == 400
    assert browser.received() == []


def test_a_missing_token_is_asked_for(browser: Browser) -> None:
    status, headers = post(browser, Authorization="")

    assert (status, headers["WWW-Authenticate"]) == (401, "vapid")


def test_an_unknown_endpoint_is_not_found_and_an_old_one_gone(browser: Browser) -> None:
    browser.uninstall()

    assert post(browser)[0] == 410
    assert post(Browser(browser.service, "x", f"{browser.endpoint}x", browser.keys))[0] == 404


def test_faults_hold_for_one_subscription_as_often_as_wished(
    browser: Browser, push_service: PushService
) -> None:
    browser.fail({"fault": "429", "retry_after": 7, "times": 1})

    status, headers = post(browser)

    assert (status, headers["Retry-After"]) == (429, "7")
    assert post(browser)[0] == post(push_service.subscribe())[0] == 201
    assert browser.counts()["answered"] == {"429": 1, "201": 1}


@pytest.mark.parametrize("fault", ["TEAPOT", "99", "600", ""])
def test_a_fault_that_does_not_exist_is_refused(browser: Browser, fault: str) -> None:
    with pytest.raises(urllib.error.HTTPError):
        browser.fail(fault)


def test_a_reset_forgets_the_browsers(browser: Browser, push_service: PushService) -> None:
    post(browser)

    push_service.reset()

    assert push_service.counts()["accepted"] == 0
    assert post(browser)[0] == 404


def test_the_service_says_what_it_is(push_service: PushService) -> None:
    with urllib.request.urlopen(push_service.url, timeout=10) as answer:
        assert b"stand-in" in answer.read()
