"""Who we are to push services: a signed token beside each message (RFC 8292). Knows no network."""

import json
import threading
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from notifications.webpush import base64url
from notifications.webpush.encryption import CURVE, to_point

LIFETIME = timedelta(hours=12)  # RFC 8292, section 2: at most 24 hours
RENEWAL = timedelta(hours=1)  # before a token ends; clocks differ, and a message may wait
MOST_TOKENS = 1000  # some services have hundreds of host names
COORDINATE_BYTES = 32
HEADER = base64url.encode(b'{"typ":"JWT","alg":"ES256"}')  # RFC 8292, section 2
DEFAULT_PORTS = {"http": 80, "https": 443}


class BadVapidKeyError(ValueError):
    """Not a private key of P-256; the text says what is wrong."""


class Vapid:
    """Our key pair and contact; makes the Authorization header for an endpoint."""

    def __init__(self, private_key: str, subject: str) -> None:
        self.key = load_key(private_key)
        self.subject = subject
        self.public_key = base64url.encode(to_point(self.key.public_key()))
        self.tokens: dict[str, tuple[str, datetime]] = {}
        self.lock = threading.Lock()

    def authorize(self, endpoint: str, now: datetime) -> str:
        """The header's value (RFC 8292, section 3), made once for all endpoints of an origin."""
        origin = origin_of(endpoint)
        with self.lock:
            header, renew_at = self.tokens.get(origin, ("", now))
            if renew_at <= now:
                expires_at = now + LIFETIME
                header = f"vapid t={self.sign(origin, expires_at)}, k={self.public_key}"
                if len(self.tokens) >= MOST_TOKENS:
                    self.tokens.clear()
                self.tokens[origin] = header, expires_at - RENEWAL
            return header

    def sign(self, origin: str, expires_at: datetime) -> str:
        """A JWT by ES256, whose signature is r and s as bytes (RFC 7518, section 3.4)."""
        claims = {"aud": origin, "exp": int(expires_at.timestamp()), "sub": self.subject}
        signed = f"{HEADER}.{base64url.encode(json.dumps(claims).encode())}"
        numbers = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        signature = b"".join(number.to_bytes(COORDINATE_BYTES) for number in numbers)
        return f"{signed}.{base64url.encode(signature)}"


def load_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Of PEM, or of the 32 bytes in base64url that tools print. Raises BadVapidKeyError."""
    try:
        if text.startswith("-----BEGIN"):
            key = load_pem_private_key(text.encode(), None)
        else:
            raw = base64url.decode(text)
            if len(raw) != COORDINATE_BYTES:
                raise BadVapidKeyError(f"{len(raw)} bytes; a private key has {COORDINATE_BYTES}")
            key = ec.derive_private_key(int.from_bytes(raw), CURVE)
    except (ValueError, TypeError) as error:  # TypeError: a PEM behind a password
        raise BadVapidKeyError(f"neither PEM nor base64url of a private key: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, type(CURVE)):
        raise BadVapidKeyError("a key of another kind; ES256 needs one of P-256")
    return key


def make_key() -> tuple[str, str]:
    """A new private key and its public key, both in base64url."""
    key = ec.generate_private_key(CURVE)
    private = key.private_numbers().private_value.to_bytes(COORDINATE_BYTES)
    return base64url.encode(private), base64url.encode(to_point(key.public_key()))


def is_contact(subject: str) -> bool:
    """Whether a push service's people could reach somebody there (RFC 8292, section 2.1).

    Apple refuses tokens whose subject is at localhost.
    """
    try:
        parts = urlsplit(subject)
        host = parts.path.rpartition("@")[2] if parts.scheme == "mailto" else parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"mailto", "https"} and "." in host.strip(".") and " " not in subject


def origin_of(url: str) -> str:
    """Scheme, host and a port that is not the scheme's own (RFC 6454, section 6.1)."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port not in {None, DEFAULT_PORTS.get(parts.scheme)} else ""
    return f"{parts.scheme}://{host}{port}"
