"""What a push service checks of a request to it. Pure.

Written from the RFCs and not with the product's own code, of which it is the counterpart.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from notifications.webpush import base64url

MOST_BYTES = 4096  # RFC 8030, section 7.2
LEAST_BYTES = 16 + 4 + 1 + 65 + 1 + 16  # header, delimiter and tag (RFC 8188, section 2)
KEY_ID = slice(20, 22)  # its length, and the first byte of an uncompressed point (RFC 8291, 4)
LONGEST_TOKEN = timedelta(hours=24)  # RFC 8292, section 2
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
URGENCIES = {"very-low", "low", "normal", "high"}
VAPID = re.compile(r"vapid (?=.*\bt=(?P<t>[\w.-]+))(?=.*\bk=(?P<k>[\w-]+))", re.IGNORECASE)


class RefusedError(Exception):
    """The answer to a request that no push service would take."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Push:
    """A request that is fine."""

    body: bytes
    time_to_live: int
    urgency: str
    topic: str


def read_push(
    headers: Mapping[str, str], body: bytes, *, origin: str, key: str, now: datetime
) -> Push:
    """`key`: the one that the subscription is restricted to, "" for none. Raises RefusedError."""
    check_vapid(headers.get("Authorization", ""), origin, key, now)
    if len(body) > MOST_BYTES:
        raise RefusedError(413, "PayloadTooLarge")
    time_to_live = headers.get("TTL", "")
    if not (time_to_live.isascii() and time_to_live.isdigit()):  # RFC 8030, section 5.2
        raise RefusedError(400, "BadTtl")
    urgency = headers.get("Urgency", "normal")
    if urgency not in URGENCIES:  # RFC 8030, section 5.3
        raise RefusedError(400, "BadUrgency")
    topic = headers.get("Topic", "")
    if "Topic" in headers and not TOPIC.fullmatch(topic):  # RFC 8030, section 5.4
        raise RefusedError(400, "BadTopic")
    if body:
        check_encryption(headers.get("Content-Encoding", ""), body)
    return Push(body, int(time_to_live), urgency, topic)


def check_encryption(coding: str, body: bytes) -> None:
    """What can be seen without the key (RFC 8291, section 4)."""
    record_size = int.from_bytes(body[16:20])
    if coding != "aes128gcm":
        raise RefusedError(400, "BadContentEncoding")
    if len(body) < LEAST_BYTES or body[KEY_ID] != b"\x41\x04" or record_size < len(body) - 86:
        raise RefusedError(400, "BadEncryption")


def check_vapid(authorization: str, origin: str, key: str, now: datetime) -> None:
    """Raises RefusedError in Apple's words, which are one for most that can be wrong."""
    if not authorization:
        raise RefusedError(401, "MissingAuthorization")  # RFC 8292, section 4.2
    header = VAPID.match(authorization)
    if not header:
        raise RefusedError(403, "BadJwtToken")
    if key and header["k"] != key:
        raise RefusedError(403, "VapidPkHashMismatch")
    try:
        claims = read_token(header["t"], header["k"])
        expires_at = datetime.fromtimestamp(claims["exp"], now.tzinfo)
        subject = str(claims["sub"])
    except (ValueError, TypeError, KeyError, OverflowError, InvalidSignature) as error:
        raise RefusedError(403, "BadJwtToken") from error
    is_contact = subject.startswith(("mailto:", "https:")) and "localhost" not in subject
    is_timely = now < expires_at <= now + LONGEST_TOKEN
    if not (is_contact and is_timely and claims.get("aud") == origin):
        raise RefusedError(403, "BadJwtToken")


def read_token(token: str, key: str) -> dict[str, Any]:
    """The claims of a JWT that the key signed. Raises ValueError or InvalidSignature."""
    header, claims, signature = token.split(".")
    if json.loads(base64url.decode(header)).get("alg") != "ES256":
        raise ValueError("not ES256")
    raw = base64url.decode(signature)
    numbers = (int.from_bytes(half) for half in (raw[:32], raw[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64url.decode(key))
    signed = f"{header}.{claims}".encode()
    public.verify(encode_dss_signature(*numbers), signed, ec.ECDSA(hashes.SHA256()))
    read: dict[str, Any] = json.loads(base64url.decode(claims))
    return read
