import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from articles.models.identifier import make_id
from notifications.transports import webpush
from notifications.transports.base import ACCEPTED, Message, Notice, Outcome, Result
from notifications.transports.webpush import (
    WebPushTransport,
    make_headers,
    make_topic,
    public_key,
)
from notifications.webpush.vapid import make_key
from tests.notifications.transports.samples import NOTICE
from tests.processes import Browser, PushService


def message(
    to: Browser, notice: Notice = NOTICE, *, address: str | None = None, keys: str | None = None
) -> Message:
    return Message(
        notice=notice,
        device=make_id().bytes,
        address_kind="web_push",
        address=to.endpoint if address is None else address,
        address_keys=to.keys if keys is None else keys,
    )


@pytest.fixture
def transport(push_service: PushService) -> Iterator[WebPushTransport]:  # noqa: ARG001 - sets the settings
    made = WebPushTransport()
    yield made
    made.close()


@pytest.fixture
def browser(push_service: PushService) -> Browser:
    return push_service.subscribe(public_key())


def send(transport: WebPushTransport, *messages: Message) -> list[Outcome]:
    """Outcomes in the order of the messages."""
    outcomes = dict(transport.send(messages))
    return [outcomes[each] for each in messages]


def test_a_message_arrives_readable_with_what_the_push_service_needs(
    transport: WebPushTransport, browser: Browser
) -> None:
    assert send(transport, message(browser)) == [ACCEPTED]

    [received] = browser.received()
    shown = received["message"]["notification"]
    assert (shown["title"], shown["navigate"]) == (NOTICE.title, NOTICE.link)
    assert (received["ttl"], received["urgency"], received["topic"]) == (3600, "normal", "story-1")


def test_breaking_news_is_urgent(transport: WebPushTransport, browser: Browser) -> None:
    send(transport, message(browser, replace(NOTICE, is_breaking=True)))

    assert browser.received()[0]["urgency"] == "high"


def test_a_removal_arrives_as_one(transport: WebPushTransport, browser: Browser) -> None:
    send(transport, message(browser, replace(NOTICE, kind="retraction")))

    assert browser.received()[0]["message"]["close"] == NOTICE.replaces


def test_the_time_left_is_never_less_than_none(
    transport: WebPushTransport, browser: Browser
) -> None:
    late = replace(NOTICE, time_to_live=timedelta(seconds=-5))

    assert send(transport, message(browser, late)) == [ACCEPTED]
    assert browser.received()[0]["ttl"] == 0
    assert make_headers(replace(NOTICE, time_to_live=timedelta(days=99)), "")["TTL"] == "2419200"


def test_a_topic_is_short_and_the_same_for_what_replaces_each_other() -> None:
    odd = "a story with spaces, and more than thirty-two characters"

    assert make_topic("0123456789abcdef0123456789abcdef") == "0123456789abcdef0123456789abcdef"
    assert make_topic(odd) == make_topic(odd) != make_topic(odd + "!")
    assert len(make_topic(odd)) == 32


def test_many_messages_travel_over_few_connections(
    transport: WebPushTransport, push_service: PushService
) -> None:
    browsers = [push_service.subscribe(public_key()) for _ in range(100)]
    before = push_service.counts()["connections_total"]

    outcomes = send(transport, *map(message, browsers))

    counts = push_service.counts()
    assert set(outcomes) == {ACCEPTED}
    assert (counts["accepted"], counts["max_per_subscription"]) == (100, 1)
    assert counts["connections_total"] - before <= webpush.THREADS


def test_the_next_chunk_finds_the_connections_open(
    transport: WebPushTransport, push_service: PushService, browser: Browser
) -> None:
    send(transport, message(browser))
    before = push_service.counts()["connections_total"]

    for _ in range(3):
        send(transport, message(browser))

    assert push_service.counts()["connections_total"] == before


def test_none_asks_for_an_outcome_before_more_is_read(
    transport: WebPushTransport, browser: Browser
) -> None:
    first, second = message(browser), message(browser)

    stream = transport.send([first, None, second])

    assert next(stream) == (first, ACCEPTED)
    assert browser.counts()["accepted"] == 1
    assert list(stream) == [(second, ACCEPTED)]


def test_a_caller_that_goes_away_is_not_worked_for_any_longer(
    transport: WebPushTransport, push_service: PushService
) -> None:
    browsers = [push_service.subscribe() for _ in range(60)]

    stream = transport.send(map(message, browsers))
    next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator
    transport.close()

    assert push_service.counts()["accepted"] <= 2 * webpush.THREADS


@pytest.mark.parametrize(
    ("fault", "result", "code"),
    [
        ("200", Result.ACCEPTED, ""),
        ("202", Result.ACCEPTED, ""),
        ("301", Result.RETRY, "HTTP_301"),
        ("400", Result.RETRY, "HTTP_400"),
        ("401", Result.RETRY, "HTTP_401"),
        ("403", Result.RETRY, "HTTP_403"),
        ("404", Result.GONE, "HTTP_404"),
        ("410", Result.GONE, "HTTP_410"),
        ("413", Result.REJECTED, "HTTP_413"),
        ("429", Result.RETRY, "HTTP_429"),
        ("500", Result.RETRY, "HTTP_500"),
        ("503", Result.RETRY, "HTTP_503"),
        ("BAD_TOKEN", Result.FORBIDDEN, "BadJwtToken"),
        ("OTHER_KEY", Result.GONE, "VAPID_KEY_MISMATCH"),
    ],
)
def test_each_answer_of_a_push_service_has_its_outcome(
    transport: WebPushTransport,
    push_service: PushService,
    browser: Browser,
    fault: str,
    result: Result,
    code: str,
) -> None:
    browser.fail(fault)

    bad, good = send(transport, message(browser), message(push_service.subscribe()))

    assert (bad.result, bad.code, bad.slows_all) == (result, code, False)
    assert good is ACCEPTED


def test_a_subscription_made_with_another_key_is_gone_for_us(
    transport: WebPushTransport, push_service: PushService
) -> None:
    [outcome] = send(transport, message(push_service.subscribe(make_key()[1])))

    assert (outcome.result, outcome.code) == (Result.GONE, "VAPID_KEY_MISMATCH")


def test_an_unsubscribed_browser_is_gone(transport: WebPushTransport, browser: Browser) -> None:
    browser.uninstall()

    assert send(transport, message(browser))[0].result is Result.GONE


@pytest.mark.parametrize(("fault", "accepted"), [("ACCEPT_THEN_RESET", 1), ("RESET_BEFORE", 0)])
def test_a_lost_answer_is_ambiguous_and_not_repeated(
    transport: WebPushTransport, browser: Browser, fault: str, accepted: int
) -> None:
    browser.fail(fault)

    assert send(transport, message(browser))[0].result is Result.AMBIGUOUS
    assert browser.counts()["accepted"] == accepted


def test_an_answer_that_does_not_come_is_ambiguous(
    transport: WebPushTransport, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.webpush.wire.TIMEOUT", 0.2)
    browser.fail({"fault": "SLOW", "seconds": 1})

    [outcome] = send(transport, message(browser))

    assert (outcome.result, outcome.code) == (Result.AMBIGUOUS, "TimeoutError")


def test_a_service_that_is_not_there_was_certainly_not_reached_and_rests(
    browser: Browser, settings: Settings
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    settings.WEB_PUSH_HOSTS = settings.OUTBOUND_ALLOW = frozenset({host})

    transport = WebPushTransport()
    away = message(browser, address=f"http://{host}/push/1")

    outcomes = [send(transport, away)[0] for _ in range(4)]

    assert {outcome.result for outcome in outcomes} == {Result.RETRY}
    codes = [outcome.code for outcome in outcomes]
    assert codes == ["UNREACHABLE", "UNREACHABLE", "UNREACHABLE", "SERVICE_RESTS"]


def test_a_connection_that_the_service_closed_meanwhile_is_not_used(
    transport: WebPushTransport, browser: Browser
) -> None:
    send(transport, message(browser))
    [(_, connection)] = transport.wire.idle
    connection.sock.shutdown(socket.SHUT_RD)  # what the other side's end looks like from here

    assert send(transport, message(browser)) == [ACCEPTED]


def test_a_redirect_is_not_followed(browser: Browser, settings: Settings) -> None:
    asked = []

    def answer(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            head, _, body = connection.recv(9000).partition(b"\r\n\r\n")
            asked.append(head.split(b" ")[1])
            [length] = re.findall(rb"(?i)content-length: (\d+)", head)
            while len(body) < int(length):  # closed unread, the answer would be lost as well
                body += connection.recv(9000)
            location = browser.endpoint.encode()
            connection.sendall(b"HTTP/1.1 307 Go\r\nLocation: " + location + b"\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
        settings.WEB_PUSH_HOSTS = settings.OUTBOUND_ALLOW = settings.WEB_PUSH_HOSTS | {host}
        thread = threading.Thread(target=answer, args=[server])
        thread.start()
        [outcome] = send(WebPushTransport(), message(browser, address=f"http://{host}/push/1"))
        thread.join()

    assert (outcome.result, outcome.code) == (Result.RETRY, "HTTP_307")
    assert asked == [b"/push/1"]
    assert browser.counts()["accepted"] == 0


def test_a_private_address_is_refused_when_it_is_connected_to(
    push_service: PushService, browser: Browser, settings: Settings
) -> None:
    settings.OUTBOUND_ALLOW = frozenset()
    port = push_service.host.rpartition(":")[2]
    settings.WEB_PUSH_HOSTS = frozenset({push_service.host, f"localhost:{port}"})
    transport = WebPushTransport()
    by_name = browser.endpoint.replace("127.0.0.1", "localhost")

    outcomes = send(transport, message(browser), message(browser, address=by_name))

    assert {(each.result, each.code) for each in outcomes} == {(Result.RETRY, "REFUSED_URL")}
    assert browser.counts()["answered"] == {}


def test_retry_after_is_read_as_seconds_and_as_a_date(
    transport: WebPushTransport, browser: Browser
) -> None:
    browser.fail({"fault": "429", "retry_after": 7})
    [seconds] = send(transport, message(browser))
    soon = format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)
    browser.fail({"fault": "503", "retry_after": soon})
    [date] = send(transport, message(browser))

    assert seconds.retry_after == timedelta(seconds=7)
    assert date.retry_after is not None
    assert timedelta(minutes=1) < date.retry_after <= timedelta(minutes=2)


def test_a_busy_service_rests_after_several_answers_and_others_do_not(
    transport: WebPushTransport, push_service: PushService
) -> None:
    busy = [push_service.subscribe() for _ in range(4)]
    push_service.fail({each.id: {"fault": "429", "retry_after": 30} for each in busy})

    codes = [send(transport, message(each))[0].code for each in busy]
    [resting] = send(transport, message(push_service.subscribe()))

    assert codes == ["HTTP_429"] * 3 + ["SERVICE_RESTS"]
    assert resting.result is Result.RETRY
    assert resting.retry_after is not None
    assert timedelta(seconds=20) < resting.retry_after <= timedelta(seconds=30)
    assert transport.rests.left("https://web.push.apple.com") is None


@pytest.mark.parametrize(
    ("facts", "result", "code"),
    [
        ({"keys": ""}, Result.GONE, "BAD_KEYS"),
        ({"keys": "a.b"}, Result.GONE, "BAD_KEYS"),
        ({"address": "https://evil.example/"}, Result.RETRY, "REFUSED_URL"),
        ({"address": "https://fcm.googleapis.com/\r\nX: y"}, Result.RETRY, "REFUSED_URL"),
    ],
)
def test_what_cannot_be_sent_is_not_tried(
    transport: WebPushTransport, browser: Browser, facts: dict[str, str], result: Result, code: str
) -> None:
    odd = message(browser, NOTICE, **facts)

    [outcome] = send(transport, odd)

    assert (outcome.result, outcome.code) == (result, code)
    assert transport.check(odd) == outcome
    assert transport.check(message(browser)) == ACCEPTED


def test_a_message_that_nobody_can_be_sent_is_rejected(
    transport: WebPushTransport, browser: Browser
) -> None:
    huge = replace(NOTICE, link="https://news.example/" + "ա" * 1979)

    [outcome] = send(transport, message(browser, huge))

    assert (outcome.result, outcome.code) == (Result.REJECTED, "TOO_LARGE")


def test_without_a_key_nothing_is_sent_and_no_device_given_up(
    browser: Browser, settings: Settings
) -> None:
    settings.VAPID_PRIVATE_KEY = ""

    [outcome] = send(WebPushTransport(), message(browser))

    assert (outcome.result, outcome.code) == (Result.RETRY, "WEB_PUSH_OFF")
    assert public_key() == ""


def test_a_key_that_is_none_names_its_variable(settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = "hunter2"

    with pytest.raises(ImproperlyConfigured, match="VAPID_PRIVATE_KEY"):
        WebPushTransport()
