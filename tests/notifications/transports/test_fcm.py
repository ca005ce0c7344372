import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from articles.models.identifier import make_id
from notifications.transports.base import Message, Notice, Outcome, Result
from notifications.transports.fcm import FcmTransport, encode, read_outcome, read_retry_after
from tests.processes import Emulator

NOTICE = Notice(
    alert_id=make_id(),
    story_id=make_id(),
    kind="initial",
    language="en",
    title="A bridge opens",
    body="Hill Courier: it does.",
    image_url="https://i.example/bridge.png",
    link="https://news.example/en/article/1",
    tags=("Karabakh",),
    is_breaking=False,
    expires_at=datetime(2026, 3, 2, 18, tzinfo=UTC),
    time_to_live=timedelta(hours=1),
    replaces="story-1",
)
ADDRESS = "phone-of-a-reader-0123456789"


def message(address: str = ADDRESS) -> Message:
    return Message(
        notice=NOTICE,
        device_id=make_id(),
        reader_id=make_id(),
        address_kind="fcm_token",
        address=address,
    )


@pytest.fixture
def transport(emulator: Emulator, settings: Settings) -> FcmTransport:
    settings.FCM_URL = emulator.url
    settings.FIREBASE_CREDENTIALS = str(emulator.credentials)
    settings.FCM_CONNECTIONS = 4
    return FcmTransport()


def send(transport: FcmTransport, *addresses: str) -> list[Outcome]:
    sent = transport.send([message(address) for address in addresses])
    outcomes = {each.address: outcome for each, outcome in sent}
    transport.close()
    return [outcomes[address] for address in addresses]


@pytest.mark.parametrize("kind", ["fcm_token", "fcm_fid"])
def test_a_message_carries_what_phones_need(kind: str) -> None:
    before, after = encode(NOTICE, kind)

    sent: dict[str, Any] = json.loads(before + ADDRESS.encode() + after)["message"]
    assert sent["fid" if kind == "fcm_fid" else "token"] == ADDRESS
    assert sent["notification"]["title"] == "A bridge opens"
    assert sent["android"]["ttl"] == "3600s"
    assert sent["android"]["notification"]["tag"] == "story-1"
    assert sent["apns"]["headers"]["apns-collapse-id"] == "story-1"
    assert sent["webpush"]["headers"]["Topic"] == "story-1"
    assert sent["data"]["link"] == NOTICE.link
    assert sent["data"]["alert"] == str(NOTICE.alert_id)


def test_messages_are_accepted_over_kept_alive_connections(
    transport: FcmTransport, emulator: Emulator
) -> None:
    addresses = [f"{ADDRESS}-{n}" for n in range(100)]
    before = emulator.counts()["connections_total"]

    outcomes = send(transport, *addresses)

    counts = emulator.counts()
    assert {outcome.result for outcome in outcomes} == {Result.ACCEPTED}
    assert (counts["addresses"], counts["max_per_address"]) == (100, 1)
    assert counts["connections_total"] - before <= 10


@pytest.mark.parametrize(
    ("fault", "result", "code", "slows_all"),
    [
        ("UNREGISTERED", Result.GONE, "UNREGISTERED", False),
        ("INVALID_ARGUMENT", Result.GONE, "INVALID_ARGUMENT", False),
        ("INVALID_PAYLOAD", Result.REJECTED, "INVALID_ARGUMENT", False),
        ("SENDER_ID_MISMATCH", Result.GONE, "SENDER_ID_MISMATCH", False),
        ("PERMISSION_DENIED", Result.FORBIDDEN, "PERMISSION_DENIED", False),
        ("THIRD_PARTY_AUTH_ERROR", Result.FORBIDDEN, "THIRD_PARTY_AUTH_ERROR", False),
        ("QUOTA_EXCEEDED", Result.RETRY, "QUOTA_EXCEEDED", True),
        ("UNAVAILABLE", Result.RETRY, "UNAVAILABLE", True),
        ("INTERNAL", Result.RETRY, "INTERNAL", False),
        ("UNAUTHENTICATED", Result.FORBIDDEN, "UNAUTHENTICATED", False),
    ],
)
def test_each_answer_of_fcm_has_its_outcome(
    transport: FcmTransport,
    emulator: Emulator,
    fault: str,
    result: Result,
    code: str,
    slows_all: bool,  # noqa: FBT001 - a column of the table
) -> None:
    emulator.fail({ADDRESS: fault})

    [bad, good] = send(transport, ADDRESS, f"{ADDRESS}-other")

    assert (bad.result, bad.code, bad.slows_all) == (result, code, slows_all)
    assert good.result is Result.ACCEPTED


def test_a_refused_token_is_renewed_once(transport: FcmTransport, emulator: Emulator) -> None:
    emulator.fail({ADDRESS: {"fault": "UNAUTHENTICATED", "times": 1}})

    assert [outcome.result for outcome in send(transport, ADDRESS)] == [Result.ACCEPTED]


@pytest.mark.parametrize(("fault", "accepted"), [("ACCEPT_THEN_RESET", 1), ("RESET_BEFORE", 0)])
def test_a_lost_answer_is_ambiguous_and_not_repeated_by_the_transport(
    transport: FcmTransport, emulator: Emulator, fault: str, accepted: int
) -> None:
    emulator.fail({ADDRESS: fault})

    [outcome] = send(transport, ADDRESS)

    assert outcome.result is Result.AMBIGUOUS
    assert emulator.counts()["accepted"] == accepted


def test_a_server_that_is_not_there_was_certainly_not_reached(transport: FcmTransport) -> None:
    transport.bearer.value()
    transport.address = transport.address._replace(netloc="127.0.0.1:1")

    [outcome] = send(transport, ADDRESS)

    assert (outcome.result, outcome.code) == (Result.RETRY, "UNREACHABLE")


def test_retry_after_is_read_as_seconds_and_as_a_date(
    transport: FcmTransport, emulator: Emulator
) -> None:
    emulator.fail({ADDRESS: {"fault": "QUOTA_EXCEEDED", "retry_after": 7}})

    [outcome] = send(transport, ADDRESS)

    assert outcome.retry_after == timedelta(seconds=7)
    soon = read_retry_after(format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True))
    assert soon is not None
    assert timedelta(minutes=1) < soon <= timedelta(minutes=2)
    assert read_retry_after("whenever") is None


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": 1}', b'{"error": {"details": [1]}}']
)
def test_a_proxys_page_is_no_verdict_on_the_address(body: bytes) -> None:
    assert read_outcome(502, None, body).result is Result.RETRY
    assert read_outcome(403, None, body).result is Result.FORBIDDEN
