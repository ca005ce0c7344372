"""Web Push to browsers: an encrypted POST to the push service of each (RFC 8030, 8291, 8292)."""

import hashlib
import json
import logging
import re
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from articles.feeds.fetch import read_retry_after
from articles.outbound import PORTS, Guard, RefusedUrlError
from notifications.addresses import BadAddressError, check_endpoint, ports_of
from notifications.transports.base import ACCEPTED, Message, Notice, Outcome, Result
from notifications.transports.declarative import TooLargeError, encode
from notifications.webpush import base64url
from notifications.webpush.encryption import BadKeysError, Keys, encrypt
from notifications.webpush.vapid import BadVapidKeyError, Vapid, origin_of
from notifications.webpush.wire import Answer, NoAnswerError, UnreachableError, Wire

logger = logging.getLogger(__name__)

THREADS = 16  # messages under way at once
MOST_SECONDS = 2_419_200  # of TTL: four weeks, which all push services take
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")  # RFC 8030, section 5.4
TOPIC_BYTES = 24  # that base64url writes in 32 characters
SUCCESS = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}
DEAD = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}  # RFC 8030, section 7.3
REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
# How Apple, Google and Mozilla say that a subscription was made with another key than ours.
OTHER_KEY = ("vapidpkhashmismatch", "do not correspond to the credentials", "key mismatch")
# How they say that our token is bad whoever is addressed.
BAD_TOKEN = ("badjwttoken", "expiredjwttoken", "invalid jwt", '"errno":109')
BUSY_ANSWERS = 3  # in a row, after which a push service is left alone
SHORTEST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(seconds=60)
OFF = Outcome(result=Result.RETRY, code="WEB_PUSH_OFF")


def load_vapid() -> Vapid | None:
    """Our key pair; None where Web Push is off. Raises ImproperlyConfigured for what is no key."""
    if not settings.VAPID_PRIVATE_KEY:
        return None
    try:
        return Vapid(settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT)
    except BadVapidKeyError as error:
        raise ImproperlyConfigured(f"VAPID_PRIVATE_KEY: {error}") from error


def public_key() -> str:
    """What a page gives to pushManager.subscribe as applicationServerKey; "" where it is off."""
    vapid = load_vapid()
    return vapid.public_key if vapid else ""


def make_headers(notice: Notice, authorization: str) -> dict[str, str]:
    seconds = int(notice.time_to_live.total_seconds())
    return {
        "Authorization": authorization,
        "Content-Encoding": "aes128gcm",  # RFC 8291, section 4
        "Content-Type": "application/octet-stream",
        "TTL": str(min(max(0, seconds), MOST_SECONDS)),  # required by RFC 8030, section 5.2
        "Topic": make_topic(notice.replaces),
        "Urgency": "high" if notice.is_breaking else "normal",  # RFC 8030, section 5.3
    }


def make_topic(replaces: str) -> str:
    """A message that was not delivered yet makes way for the next with its topic."""
    if TOPIC.fullmatch(replaces):
        return replaces
    return base64url.encode(hashlib.sha256(replaces.encode()).digest()[:TOPIC_BYTES])


def read_outcome(answer: Answer) -> Outcome:
    """A push service's answer in the words that decide what happens next.

    Whatever says nothing certain about the address, or about us, is tried again and then given up:
    a device is gone on 404 and 410 alone, and an alert stops only where our token is called bad.
    No answer slows all workers: a push service speaks for its own browsers. See Rests.
    """
    status, said = answer.status, answer.body.decode(errors="replace")
    if status in SUCCESS:
        return ACCEPTED
    code = read_reason(said) or f"HTTP_{status}"
    if status in DEAD:
        return Outcome(result=Result.GONE, code=code)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Outcome(result=Result.REJECTED, code=code)
    if status in REFUSED:
        words = said.lower().replace(" :", ":").replace(": ", ":")
        if any(each in words for each in OTHER_KEY):
            return Outcome(result=Result.GONE, code="VAPID_KEY_MISMATCH")
        if any(each in words for each in BAD_TOKEN):
            return Outcome(result=Result.FORBIDDEN, code=code)
    wish = read_retry_after(answer.retry_after)
    return Outcome(result=Result.RETRY, code=code, retry_after=wish)


def read_reason(said: str) -> str:
    """The one word in Apple's JSON; the others say it in the status alone."""
    try:
        reason = json.loads(said)["reason"]
    except (ValueError, KeyError, TypeError):
        return ""
    return reason if isinstance(reason, str) else ""


class Rests:
    """Push services that are left alone for a while, each by itself, in this process.

    A service may limit what one subscription receives (RFC 8030, section 8.4), and one that is
    flooded must not silence a whole browser: so it rests after several such answers in a row only.
    """

    def __init__(self) -> None:
        self.busy: dict[str, int] = {}
        self.ends: dict[str, float] = {}
        self.lock = threading.Lock()

    def note(self, origin: str, answer: Answer) -> None:
        with self.lock:
            if answer.status in SUCCESS:
                self.busy.pop(origin, None)
            elif answer.status in BUSY:
                self.busy[origin] = self.busy.get(origin, 0) + 1
                if self.busy[origin] >= BUSY_ANSWERS:
                    wish = read_retry_after(answer.retry_after) or SHORTEST_REST
                    rest = min(max(wish, SHORTEST_REST), LONGEST_REST)
                    self.ends[origin] = time.monotonic() + rest.total_seconds()

    def left(self, origin: str) -> timedelta | None:
        with self.lock:
            seconds = self.ends.get(origin, 0) - time.monotonic()
            if seconds <= 0:
                self.ends.pop(origin, None)
                return None
            return timedelta(seconds=seconds)


class WebPushTransport:
    """THREADS messages at once, each to its browser's push service."""

    def __init__(self) -> None:
        self.vapid = load_vapid()
        ports = PORTS | ports_of(settings.WEB_PUSH_HOSTS)
        self.wire = Wire(Guard(allow_private=settings.OUTBOUND_ALLOW, ports=ports))
        self.rests = Rests()
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="webpush")

    def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
        under_way: dict[Future[Outcome], Message] = {}
        try:
            for message in messages:
                if message:
                    under_way[self.threads.submit(self.send_one, message)] = message
                if under_way and (message is None or len(under_way) >= THREADS):
                    yield from take_done(under_way)
            while under_way:
                yield from take_done(under_way)
        finally:
            for future in under_way:
                future.cancel()  # of a caller that went away; what has begun is not stopped

    def send_one(self, message: Message) -> Outcome:
        ready = self.prepare(message)
        if isinstance(ready, Outcome):
            return ready
        origin = origin_of(message.address)
        if left := self.rests.left(origin):
            return Outcome(result=Result.RETRY, code="SERVICE_RESTS", retry_after=left)
        body, headers = ready
        try:
            answer = self.wire.post(message.address, body, headers)
        except RefusedUrlError as error:
            logger.warning("push service refused: %s", error, extra={"origin": origin})
            return Outcome(result=Result.RETRY, code="REFUSED_URL")
        except UnreachableError as error:
            logger.warning("push service not reached: %s", error, extra={"origin": origin})
            return Outcome(result=Result.RETRY, code="UNREACHABLE")
        except NoAnswerError as error:
            return Outcome(result=Result.AMBIGUOUS, code=str(error))
        self.rests.note(origin, answer)
        return read_outcome(answer)

    def prepare(self, message: Message) -> tuple[bytes, dict[str, str]] | Outcome:
        """Body and headers, or the outcome of a message that need not be tried."""
        if self.vapid is None:
            return OFF
        try:
            check_endpoint(message.address, settings.WEB_PUSH_HOSTS)
            body = encrypt(encode(message.notice), Keys.parse(message.address_keys))
        except BadAddressError:  # of a push service that was taken from WEB_PUSH_HOSTS since
            return Outcome(result=Result.RETRY, code="REFUSED_URL")
        except BadKeysError:
            return Outcome(result=Result.GONE, code="BAD_KEYS")
        except TooLargeError:
            return Outcome(result=Result.REJECTED, code="TOO_LARGE")
        authorization = self.vapid.authorize(message.address, datetime.now(UTC))
        return body, make_headers(message.notice, authorization)

    def check(self, message: Message) -> Outcome:
        """What we can tell: push services have no trial."""
        ready = self.prepare(message)
        return ready if isinstance(ready, Outcome) else ACCEPTED

    def close(self) -> None:
        self.threads.shutdown()
        self.wire.close()


def take_done(under_way: dict[Future[Outcome], Message]) -> Iterator[tuple[Message, Outcome]]:
    """Wait for the first outcome, and give those that came with it."""
    for future in wait(under_way, return_when=FIRST_COMPLETED).done:
        yield under_way.pop(future), future.result()
