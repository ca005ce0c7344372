import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from google.auth.exceptions import RefreshError, TransportError
from pytest_django.fixtures import Settings

from notifications.transports.base import Message, Outcome, Result
from notifications.transports.fcm import FcmTransport
from notifications.transports.lane import NoCredentialError
from tests.notifications.transports.samples import ADDRESS, NOTICE, WRONG, message
from tests.processes import Emulator


class Token(NamedTuple):
    access_token: str
    expiry: datetime


@pytest.fixture
def transport(emulator: Emulator, settings: Settings) -> Iterator[FcmTransport]:
    settings.FCM_URL = emulator.url
    settings.FIREBASE_CREDENTIALS = str(emulator.credentials)
    settings.FCM_CONNECTIONS = 4
    transport = FcmTransport()
    yield transport
    transport.close()


def send(transport: FcmTransport, *addresses: str) -> list[Outcome]:
    sent = transport.send([message(address) for address in addresses])
    outcomes = {each.address: outcome for each, outcome in sent}
    return [outcomes[address] for address in addresses]


def test_messages_are_accepted_over_kept_alive_connections(
    transport: FcmTransport, emulator: Emulator
) -> None:
    addresses = [f"{ADDRESS}-{n}" for n in range(300)]
    before = emulator.counts()["connections_total"]

    outcomes = send(transport, *addresses) + send(transport, ADDRESS)

    counts = emulator.counts()
    assert {outcome.result for outcome in outcomes} == {Result.ACCEPTED}
    assert (counts["addresses"], counts["max_per_address"]) == (301, 1)
    assert counts["connections_total"] - before <= 4


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
    send(transport, ADDRESS)
    first = transport.bearer.authorization
    emulator.fail({ADDRESS: {"fault": "UNAUTHENTICATED", "times": 1}})

    assert [outcome.result for outcome in send(transport, ADDRESS)] == [Result.ACCEPTED]
    assert transport.bearer.authorization != first


def test_a_token_that_expires_in_mid_flight_costs_one_renewal(
    transport: FcmTransport, emulator: Emulator
) -> None:
    """Hundreds are refused at once; all go out again with one new token."""
    granted = []
    grant = transport.credential.get_access_token

    def count() -> object:
        granted.append(grant())
        return Token("expired", granted[0].expiry) if len(granted) == 1 else granted[-1]

    transport.credential.get_access_token = count  # type: ignore[method-assign,assignment]

    outcomes = send(transport, *(f"{ADDRESS}-{n}" for n in range(300)))

    assert {outcome.result for outcome in outcomes} == {Result.ACCEPTED}
    assert len(granted) == 2
    assert emulator.counts()["answered"]["200"] == 300


@pytest.mark.parametrize(
    ("error", "result", "slows_all"),
    [
        (TransportError, Result.RETRY, True),
        (RefreshError, Result.FORBIDDEN, False),
    ],
)
def test_without_a_token_nothing_is_sent(
    transport: FcmTransport,
    emulator: Emulator,
    error: type[Exception],
    result: Result,
    slows_all: bool,  # noqa: FBT001 - a column of the table
) -> None:
    def fail() -> object:
        raise error("no")

    transport.credential.get_access_token = fail  # type: ignore[method-assign,assignment]

    outcomes = send(transport, ADDRESS, f"{ADDRESS}-other")

    assert {(o.result, o.slows_all) for o in outcomes} == {(result, slows_all)}
    assert emulator.counts()["accepted"] == 0
    with pytest.raises(NoCredentialError):
        transport.bearer.value()


@pytest.mark.parametrize(("fault", "accepted"), [("ACCEPT_THEN_RESET", 1), ("RESET_BEFORE", 0)])
def test_a_lost_answer_is_ambiguous_and_not_repeated_by_the_transport(
    transport: FcmTransport, emulator: Emulator, fault: str, accepted: int
) -> None:
    emulator.fail({ADDRESS: fault})

    [outcome] = send(transport, ADDRESS)

    assert outcome.result is Result.AMBIGUOUS
    assert emulator.counts()["accepted"] == accepted


def test_a_server_that_is_not_there_was_certainly_not_reached(
    emulator: Emulator, settings: Settings
) -> None:
    settings.FCM_URL = "http://127.0.0.1:1"
    settings.FIREBASE_CREDENTIALS = str(emulator.credentials)
    transport = FcmTransport()
    begun = time.monotonic()

    [outcome] = send(transport, ADDRESS)

    assert (outcome.result, outcome.code, outcome.slows_all) == (Result.RETRY, "UNREACHABLE", True)
    assert time.monotonic() - begun < 2


def test_a_wrong_address_or_notice_is_told_without_sending(
    transport: FcmTransport, emulator: Emulator
) -> None:
    empty = message()._replace(notice=WRONG)
    strange = message('quote"-and-\\-and-more')

    sent = dict(transport.send([strange, message(), empty]))

    assert sent[strange].result is Result.GONE
    assert sent[empty].result is Result.REJECTED
    assert emulator.counts()["accepted"] == 1


def test_retry_after_is_told(transport: FcmTransport, emulator: Emulator) -> None:
    emulator.fail({ADDRESS: {"fault": "QUOTA_EXCEEDED", "retry_after": 7}})

    [outcome] = send(transport, ADDRESS)

    assert outcome.retry_after == timedelta(seconds=7)


def test_a_check_delivers_nothing_and_may_be_made_while_messages_are_under_way(
    transport: FcmTransport, emulator: Emulator
) -> None:
    def messages() -> Iterator[Message]:
        yield message()
        assert transport.check(message()).result is Result.ACCEPTED
        yield message(f"{ADDRESS}-other")

    sent = list(transport.send(messages()))

    assert [outcome.result for _, outcome in sent] == [Result.ACCEPTED] * 2
    assert emulator.counts()["accepted"] == 2
    emulator.fail({ADDRESS: "UNREGISTERED"})
    assert transport.check(message()).result is Result.GONE


def test_a_retraction_takes_the_alert_from_the_phone(
    transport: FcmTransport, emulator: Emulator
) -> None:
    def shown() -> int:
        phones = {each["address"]: each for each in emulator.ask("GET", "/emulator/phones")}
        return len(phones[ADDRESS]["shown"])

    emulator.ask("PUT", f"/emulator/phones/{ADDRESS}", {"label": "a reader's"})
    send(transport, ADDRESS)
    assert shown() == 1

    retraction = message()._replace(notice=replace(NOTICE, kind="retraction"))
    [(_, outcome)] = transport.send([retraction])

    assert outcome.result is Result.ACCEPTED
    assert shown() == 0


def test_every_body_is_json(transport: FcmTransport) -> None:
    soon = replace(NOTICE, expires_at=datetime(2026, 3, 2, tzinfo=UTC))
    messages = [message(), message()._replace(notice=soon), message()]

    requests = list(transport.make_requests(messages, is_trial=True))

    assert all(json.loads(each.body)["validate_only"] for each in requests)  # type: ignore[union-attr]
