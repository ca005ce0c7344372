"""Firebase Cloud Messaging, HTTP v1.

firebase-admin gives credentials and encodes messages; the wire is ours, since its own bulk call
starts a thread a message, sleeps through 429 and repeats what may have arrived.
"""

import http.client
import json
import logging
import ssl
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import firebase_admin
from django.conf import settings
from firebase_admin import messaging

from notifications.transports.base import ACCEPTED, Message, Notice, Outcome, Result

logger = logging.getLogger(__name__)

PLACEHOLDER = "0123456789-the-address-goes-here-0123456789"
TIMEOUT = 10  # seconds for one answer; FCM's own documentation asks for at least that
IDLE = 50  # seconds; a connection that was idle for longer may have been closed by the other side
TOKEN_MARGIN = timedelta(minutes=5)
RESULTS = {
    "UNREGISTERED": Result.GONE,
    "SENDER_ID_MISMATCH": Result.GONE,
    "QUOTA_EXCEEDED": Result.RETRY,
    "UNAVAILABLE": Result.RETRY,
    "INTERNAL": Result.RETRY,
    "THIRD_PARTY_AUTH_ERROR": Result.FORBIDDEN,
}
SLOWS_ALL = {"QUOTA_EXCEEDED", "UNAVAILABLE"}
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"


class AccessToken(Protocol):
    access_token: str
    expiry: datetime


class Credential(Protocol):
    """The part of firebase_admin.credentials.Base that is used here."""

    project_id: str

    def get_access_token(self) -> AccessToken: ...


def key_of(message: Message) -> tuple[Notice, str]:
    """Messages of one key differ in the address only."""
    return message.notice, message.address_kind


def encode(notice: Notice, address_kind: str) -> tuple[bytes, bytes]:
    """The request body before and after the address, encoded by firebase-admin once per alert.

    Raises ValueError where the notice breaks one of FCM's rules.
    """
    seconds = max(0, int(notice.time_to_live.total_seconds()))
    expiration = int((datetime.now(UTC) + notice.time_to_live).timestamp())
    link = notice.link if notice.link.startswith("https://") else None
    message = messaging.Message(
        fid=PLACEHOLDER,  # tokens are deprecated there, but phones still have them
        notification=messaging.Notification(
            title=notice.title, body=notice.body, image=notice.image_url or None
        ),
        data={
            "alert": str(notice.alert_id),
            "story": str(notice.story_id or ""),
            "link": notice.link,
            "expires_at": notice.expires_at.isoformat(),
        },
        android=messaging.AndroidConfig(
            priority="high" if notice.is_breaking else "normal",
            ttl=timedelta(seconds=seconds),
            notification=messaging.AndroidNotification(tag=notice.replaces),
        ),
        apns=messaging.APNSConfig(
            headers={
                "apns-collapse-id": notice.replaces,
                "apns-expiration": str(expiration),
                "apns-priority": "10",
            },
            payload=messaging.APNSPayload(aps=messaging.Aps(mutable_content=True)),
        ),
        webpush=messaging.WebpushConfig(
            headers={
                "TTL": str(seconds),
                "Topic": notice.replaces,
                "Urgency": "high" if notice.is_breaking else "normal",
            },
            notification=messaging.WebpushNotification(tag=notice.replaces),
            fcm_options=messaging.WebpushFCMOptions(link=link) if link else None,
        ),
    )
    target = "fid" if address_kind == "fcm_fid" else "token"
    before, after = f'{{"message": {message}}}'.split(f'"fid": "{PLACEHOLDER}"')
    return f'{before}"{target}": "'.encode(), f'"{after}'.encode()


def read_outcome(status: int, retry_after: str | None, body: bytes) -> Outcome:
    """FCM's answer in the words that decide what happens next.

    Source: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
    """
    if status == http.HTTPStatus.OK:
        return ACCEPTED
    error = read_error(body)
    details = [part for part in error.get("details", []) if isinstance(part, dict)]
    code = next((str(d.get("errorCode")) for d in details if d.get("@type") == FCM_ERROR), "")
    if status == http.HTTPStatus.BAD_REQUEST:
        # With field violations the payload is wrong; without, it is this address.
        is_payload = code != "INVALID_ARGUMENT" or any(
            d.get("@type") == BAD_REQUEST for d in details
        )
        result = Result.REJECTED if is_payload else Result.GONE
        return Outcome(result=result, code=code or "INVALID_ARGUMENT")
    if not code:
        code = {
            404: "NOT_FOUND",
            429: "QUOTA_EXCEEDED",
            500: "INTERNAL",
            503: "UNAVAILABLE",
        }.get(status, str(error.get("status") or f"HTTP_{status}"))
    server_trouble = Result.RETRY if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR else None
    return Outcome(
        result=RESULTS.get(code) or server_trouble or Result.FORBIDDEN,
        code=code,
        retry_after=read_retry_after(retry_after),
        slows_all=code in SLOWS_ALL,
    )


def read_error(body: bytes) -> dict[str, Any]:
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return {}  # a proxy's page, not FCM's
    return error if isinstance(error, dict) else {}


def read_retry_after(value: str | None) -> timedelta | None:
    """Seconds or a date (RFC 9110, section 10.2.3)."""
    if not value:
        return None
    if value.strip().isdigit():
        return timedelta(seconds=int(value))
    try:
        return max(timedelta(0), parsedate_to_datetime(value) - datetime.now(UTC))
    except (ValueError, TypeError):
        return None


@dataclass
class Bearer:
    """The access token, asked for again shortly before it expires or when FCM refuses it."""

    credential: Credential

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.token = ""
        self.renew_at = datetime.min.replace(tzinfo=UTC)

    def value(self, refused: str = "") -> str:
        """A token that is not the refused one. Many threads may be refused at once; one asks."""
        with self.lock:
            if self.token == refused or datetime.now(UTC) >= self.renew_at:
                granted = self.credential.get_access_token()
                self.token = granted.access_token
                expiry = granted.expiry
                if expiry.tzinfo is None:  # google-auth gives naive UTC
                    expiry = expiry.replace(tzinfo=UTC)
                self.renew_at = expiry - TOKEN_MARGIN
            return self.token


class FcmTransport:
    """Kept-alive connections, one a thread; `FCM_CONNECTIONS` of them."""

    def __init__(self) -> None:
        self.credential: Credential = firebase_admin.credentials.Certificate(
            settings.FIREBASE_CREDENTIALS
        )
        self.bearer = Bearer(self.credential)
        self.path = f"/v1/projects/{self.credential.project_id}/messages:send"
        self.address = urlsplit(settings.FCM_URL)
        self.local = threading.local()
        self.opened: set[http.client.HTTPConnection] = set()
        self.threads = ThreadPoolExecutor(settings.FCM_CONNECTIONS, thread_name_prefix="fcm")
        self.tls = ssl.create_default_context() if self.address.scheme == "https" else None

    def send(self, messages: Iterable[Message | None]) -> Iterator[tuple[Message, Outcome]]:
        chunk = [message for message in messages if message]
        bodies: dict[tuple[Notice, str], tuple[bytes, bytes]] = {}
        for message in chunk:
            key = key_of(message)
            if key not in bodies:
                bodies[key] = encode(*key)

        def send_one(message: Message) -> Outcome:
            before, after = bodies[key_of(message)]
            return self.post(before + message.address.encode("ascii") + after)

        yield from zip(chunk, self.threads.map(send_one, chunk), strict=True)

    def check(self, message: Message) -> Outcome:
        """FCM's own check (`validate_only`): the answer of a send without the sending."""
        before, after = encode(*key_of(message))
        only = b'{"validate_only": true, ' + before.removeprefix(b"{")
        return self.post(only + message.address.encode("ascii") + after)

    def post(self, body: bytes) -> Outcome:
        token = self.bearer.value()
        outcome = self.exchange(body, token)
        if outcome.code == "UNAUTHENTICATED":
            outcome = self.exchange(body, self.bearer.value(refused=token))
        return outcome

    def exchange(self, body: bytes, token: str) -> Outcome:
        """One request. What fails before anything is sent is certain; what fails later is not."""
        try:
            connection = self.connect()
        except OSError as error:
            logger.warning("FCM not reached: %s", error)
            return Outcome(result=Result.RETRY, code="UNREACHABLE", slows_all=True)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", self.path, body, headers)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.forget(connection)
            return Outcome(result=Result.AMBIGUOUS, code=type(error).__name__)
        self.local.used_at = datetime.now(UTC)
        return read_outcome(response.status, response.getheader("Retry-After"), answer)

    def connect(self) -> http.client.HTTPConnection:
        """This thread's connection, opened anew when it is gone or was idle for too long."""
        connection: http.client.HTTPConnection | None = getattr(self.local, "connection", None)
        if connection is not None and connection.sock is not None:
            if datetime.now(UTC) - self.local.used_at < timedelta(seconds=IDLE):
                return connection
            self.forget(connection)
        host, port = self.address.hostname or "", self.address.port
        connection = (
            http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=self.tls)
            if self.tls
            else http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        )
        connection.connect()
        self.opened.add(connection)
        self.local.connection, self.local.used_at = connection, datetime.now(UTC)
        return connection

    def forget(self, connection: http.client.HTTPConnection) -> None:
        self.local.connection = None
        self.opened.discard(connection)
        connection.close()

    def close(self) -> None:
        self.threads.shutdown()
        for connection in self.opened:
            connection.close()
