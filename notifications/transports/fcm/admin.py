"""Sends with firebase-admin's own bulk call, whose connections are Google's code and go through the
proxies that HTTPS_PROXY names. It is slow, and repeats what may have arrived.
"""

import logging
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Final

import firebase_admin
from django.conf import settings
from firebase_admin import exceptions, messaging
from google.auth.exceptions import GoogleAuthError, TransportError
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ConnectTimeout, ProxyError
from urllib3.exceptions import NewConnectionError

from notifications.transports.base import ACCEPTED, Message, Notice, Outcome, Result
from notifications.transports.fcm.answers import MALFORMED, UNREACHABLE, read_outcome
from notifications.transports.fcm.words import MalformedAddressError, encode_address, make_parts

logger = logging.getLogger(__name__)

MOST: Final = 500  # messages of one call; it takes no more
TIMEOUT: Final = 10


class FcmAdminTransport:
    """One call of `send_each` for up to 500 messages."""

    def __init__(self) -> None:
        credential = firebase_admin.credentials.Certificate(settings.FIREBASE_CREDENTIALS)
        self.app = firebase_admin.initialize_app(
            credential, {"httpTimeout": TIMEOUT}, name=f"daily8-{uuid.uuid4()}"
        )

    def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
        chunk: list[Message] = []
        for message in messages:
            if message is not None:
                chunk.append(message)
            if chunk and (message is None or len(chunk) == MOST):
                yield from self.send_chunk(chunk)
                chunk = []
        if chunk:
            yield from self.send_chunk(chunk)

    def check(self, message: Message) -> Outcome:
        [(_, outcome)] = self.send_chunk([message], is_trial=True)
        return outcome

    def send_chunk(
        self, chunk: list[Message], *, is_trial: bool = False
    ) -> Iterator[tuple[Message, Outcome]]:
        parts: dict[Notice, dict[str, Any]] = {}
        sendable, encoded = [], []
        for message in chunk:
            try:
                encode_address(message.address)
                if message.notice not in parts:
                    parts[message.notice] = make_parts(message.notice)
            except MalformedAddressError:
                yield message, MALFORMED
                continue
            except ValueError:
                logger.exception("firebase-admin refuses a notice")
                yield message, Outcome(result=Result.REJECTED, code="INVALID_ARGUMENT")
                continue
            addressed = messaging.Message(fid=message.address, **parts[message.notice])
            if message.address_kind != "fcm_fid":  # set here, since its constructor warns of tokens
                addressed.fid, addressed.token = None, message.address
            encoded.append(addressed)
            sendable.append(message)
        if not encoded:
            return
        try:
            answers = messaging.send_each(encoded, dry_run=is_trial, app=self.app).responses
            outcomes = [read_response(answer) for answer in answers]
        except exceptions.FirebaseError as error:  # of the call, not of one message
            outcomes = [read_error(error)] * len(sendable)
        yield from zip(sendable, outcomes, strict=True)

    def close(self) -> None:
        firebase_admin.delete_app(self.app)


def read_response(response: messaging.SendResponse) -> Outcome:
    return ACCEPTED if response.success else read_error(response.exception)


def read_error(error: exceptions.FirebaseError) -> Outcome:
    """FCM's answer where there was one; else whether the message can have left at all."""
    answer, cause = error.http_response, error.cause
    if answer is not None:
        return read_outcome(answer.status_code, answer.headers.get("Retry-After"), answer.content)
    logger.warning("FCM not reached, or no answer came: %s", error)
    if isinstance(cause, TransportError) or is_unconnected(cause):
        return UNREACHABLE
    if isinstance(cause, GoogleAuthError):
        return Outcome(result=Result.FORBIDDEN, code="UNAUTHENTICATED")
    return Outcome(result=Result.AMBIGUOUS, code="NO_ANSWER")


def is_unconnected(cause: object) -> bool:
    """Whether not even a connection came about, so that nothing can have arrived."""
    if isinstance(cause, ConnectTimeout | ProxyError):
        return True
    reasons = [getattr(each, "reason", None) for each in getattr(cause, "args", ())]
    is_new = any(isinstance(reason, NewConnectionError) for reason in reasons)
    return isinstance(cause, RequestsConnectionError) and is_new
