"""Sends over our own HTTP/2 (`notifications.transports.lane`)."""

import contextlib
import logging
from collections.abc import Iterable, Iterator
from functools import cached_property
from urllib.parse import urlsplit

import firebase_admin
from django.conf import settings

from notifications.transports.base import ACCEPTED, Message, Outcome, Result
from notifications.transports.fcm.answers import MALFORMED, UNREACHABLE, read_outcome
from notifications.transports.fcm.bearer import Bearer, Credential, NoTokenError
from notifications.transports.fcm.words import Bodies, MalformedAddressError
from notifications.transports.lane import OK, Answered, Lane, Lost, Refused, Request, Settled

logger = logging.getLogger(__name__)

Item = Request[Message] | Settled[Message, Outcome] | None


class FcmTransport:
    """`FCM_CONNECTIONS` connections at most, of 100 messages each at a time."""

    def __init__(self) -> None:
        self.credential: Credential = firebase_admin.credentials.Certificate(
            settings.FIREBASE_CREDENTIALS
        )
        self.bearer = Bearer(self.credential)
        server = urlsplit(settings.FCM_URL)
        self.fields = (
            (":method", "POST"),
            (":scheme", server.scheme),
            (":authority", server.netloc),
            (":path", f"/v1/projects/{self.credential.project_id}/messages:send"),
            ("content-type", "application/json"),
        )

    @cached_property
    def lane(self) -> Lane[Message, Outcome]:
        """Made when it is first used: in the process that sends, and after its fork."""
        return self.make_lane(settings.FCM_CONNECTIONS)

    def make_lane(self, connections: int) -> Lane[Message, Outcome]:
        return Lane(settings.FCM_URL, connections=connections, authority=self.bearer)

    def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
        for message, answer in self.lane.send(self.make_requests(messages)):
            yield message, ACCEPTED if answer is OK else read_answer(answer)

    def make_requests(
        self, messages: Iterable[Message | None], *, is_trial: bool = False
    ) -> Iterator[Item]:
        """Messages as requests; those that cannot be sent, with what is wrong with them."""
        bodies, fields = Bodies(is_trial=is_trial), self.fields
        for message in messages:
            if message is None:
                yield None
                continue
            try:
                yield Request(message, fields, bodies.make(message))
            except MalformedAddressError:
                yield Settled(message, MALFORMED)
            except ValueError:
                logger.exception("firebase-admin refuses a notice")
                yield Settled(message, Outcome(result=Result.REJECTED, code="INVALID_ARGUMENT"))

    def check(self, message: Message) -> Outcome:
        """FCM's own check (`validate_only`): the answer of a send without the sending.

        On a connection of its own, since it may be asked for while messages are under way.
        """
        with contextlib.closing(self.make_lane(1)) as lane:
            [(_, answer)] = lane.send(self.make_requests([message], is_trial=True))
            return ACCEPTED if answer is OK else read_answer(answer)

    def close(self) -> None:
        self.lane.close()
        del self.lane


def read_answer(answer: Answered | Refused | Lost | Outcome) -> Outcome:
    """What became of a request, in the words that decide what happens next."""
    if isinstance(answer, Outcome):
        return answer
    if isinstance(answer, Answered):
        return read_outcome(answer.status, answer.field("retry-after"), answer.body)
    if isinstance(answer, Lost):
        return Outcome(result=Result.AMBIGUOUS, code="NO_ANSWER")
    if isinstance(answer.error, NoTokenError):
        return answer.error.outcome
    if isinstance(answer.error, OSError):
        return UNREACHABLE
    return Outcome(result=Result.RETRY, code="REFUSED")
