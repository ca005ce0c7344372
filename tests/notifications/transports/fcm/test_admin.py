from collections.abc import Iterator

import pytest
from firebase_admin import messaging
from pytest_django.fixtures import Settings

from notifications.transports.base import Message, Outcome, Result
from notifications.transports.fcm import FcmAdminTransport
from tests.notifications.transports.samples import ADDRESS, WRONG, message
from tests.processes import Emulator


@pytest.fixture
def transport(
    emulator: Emulator, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FcmAdminTransport]:
    """Sent to the emulator by a private constant: firebase-admin has no setting for it."""
    url = emulator.url + "/v1/projects/{0}/messages:send"
    monkeypatch.setattr(messaging._MessagingService, "FCM_URL", url)
    settings.FIREBASE_CREDENTIALS = str(emulator.credentials)
    transport = FcmAdminTransport()
    yield transport
    transport.close()


def outcome_of(transport: FcmAdminTransport, asked: Message) -> Outcome:
    [(_, outcome)] = transport.send([asked])
    return outcome


@pytest.mark.parametrize(
    ("fault", "result", "code"),
    [
        ("UNREGISTERED", Result.GONE, "UNREGISTERED"),
        ("INVALID_ARGUMENT", Result.GONE, "INVALID_ARGUMENT"),
        ("INVALID_PAYLOAD", Result.REJECTED, "INVALID_ARGUMENT"),
        ("SENDER_ID_MISMATCH", Result.GONE, "SENDER_ID_MISMATCH"),
        ("THIRD_PARTY_AUTH_ERROR", Result.FORBIDDEN, "THIRD_PARTY_AUTH_ERROR"),
        ("RESET_BEFORE", Result.AMBIGUOUS, "NO_ANSWER"),
    ],
)
def test_its_exceptions_have_the_outcomes_of_the_other_transport(
    transport: FcmAdminTransport, emulator: Emulator, fault: str, result: Result, code: str
) -> None:
    emulator.fail({ADDRESS: fault})

    outcome = outcome_of(transport, message())

    assert (outcome.result, outcome.code) == (result, code)


def test_chunks_end_at_500_and_where_outcomes_are_asked_for(
    transport: FcmAdminTransport, emulator: Emulator
) -> None:
    read = []

    def messages() -> Iterator[Message | None]:
        for number in range(3):
            read.append(number)
            yield message(f"{ADDRESS}-{number}")
            yield None

    sent = transport.send(messages())
    first, _ = next(sent)

    assert (first.address, read) == (f"{ADDRESS}-0", [0])
    assert len(list(sent)) == 2
    assert emulator.counts()["accepted"] == 3


def test_a_check_delivers_nothing(transport: FcmAdminTransport, emulator: Emulator) -> None:
    assert transport.check(message()).result is Result.ACCEPTED
    assert emulator.counts()["accepted"] == 0


def test_a_wrong_address_or_notice_is_told_without_sending(transport: FcmAdminTransport) -> None:
    assert outcome_of(transport, message("short")).result is Result.GONE
    wrong = message()._replace(notice=WRONG)
    assert outcome_of(transport, wrong).result is Result.REJECTED


def test_a_server_that_is_not_there_was_certainly_not_reached(
    transport: FcmAdminTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "http://127.0.0.1:1/v1/projects/{0}/messages:send"
    monkeypatch.setattr(messaging._MessagingService, "FCM_URL", url)

    outcome = outcome_of(transport, message())

    assert (outcome.result, outcome.code, outcome.slows_all) == (Result.RETRY, "UNREACHABLE", True)
