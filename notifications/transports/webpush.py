"""Web Push to browsers: an encrypted POST to the push service of each (RFC 8030, 8291, 8292)."""

import hashlib
import logging
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from articles.outbound import PORTS, Guard, RefusedUrlError
from notifications.addresses import BadAddressError, check_endpoint, ports_of
from notifications.transports.base import ACCEPTED, Message, Notice, Outcome, Result
from notifications.transports.declarative import TooLargeError, encode
from notifications.transports.push_services import Rests, read_outcome
from notifications.webpush import base64url
from notifications.webpush.encryption import BadKeysError, Keys, encrypt
from notifications.webpush.vapid import BadVapidKeyError, Vapid, origin_of
from notifications.webpush.wire import NoAnswerError, UnreachableError, Wire

logger = logging.getLogger(__name__)

THREADS = 16  # messages under way at once
MOST_SECONDS = 2_419_200  # of TTL: four weeks, which all push services take
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")  # RFC 8030, section 5.4
TOPIC_BYTES = 24  # that base64url writes in 32 characters
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
            self.rests.note(origin, None)
            return Outcome(result=Result.RETRY, code="UNREACHABLE")
        except NoAnswerError as error:
            self.rests.note(origin, None)
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
