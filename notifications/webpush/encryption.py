"""Encryption of a message for one browser (RFC 8291), one record of aes128gcm (RFC 8188). Pure."""

import hmac
import os
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.webpush import base64url

CURVE = ec.SECP256R1()
POINT_BYTES = 65  # uncompressed: 4, x, y (RFC 8291, section 3.1)
AUTH_BYTES = 16  # RFC 8291, section 3.2
SALT_BYTES = 16
TAG_BYTES = 16
RECORD_SIZE = 4096  # more than the one record ever has, as RFC 8291, section 4, demands
HEADER_BYTES = SALT_BYTES + 4 + 1 + POINT_BYTES  # RFC 8188, section 2.1: salt, rs, idlen, keyid
LAST_RECORD = b"\x02"  # the delimiter of padding in the last record (RFC 8188, section 2)
OVERHEAD = HEADER_BYTES + len(LAST_RECORD) + TAG_BYTES


class BadKeysError(ValueError):
    """Not the keys of a push subscription; the text says why."""


class UndecipherableError(ValueError):
    """Not a message that was encrypted for these keys."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a browser tells with its subscription: p256dh, its public key, and auth, a secret."""

    point: bytes
    public: ec.EllipticCurvePublicKey
    auth: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Of `p256dh.auth` in base64url. Raises BadKeysError."""
        try:
            point, auth = map(base64url.decode, text.split("."))
        except ValueError as error:
            raise BadKeysError("p256dh and auth, joined by a dot, each base64url") from error
        if len(auth) != AUTH_BYTES:
            raise BadKeysError(f"auth has {AUTH_BYTES} bytes")
        try:
            # The length rules out compressed points, which the library would take.
            public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point[:POINT_BYTES])
        except ValueError as error:
            raise BadKeysError("p256dh is no point of P-256") from error
        if len(point) != POINT_BYTES:
            raise BadKeysError(f"p256dh has {POINT_BYTES} bytes: an uncompressed point")
        return cls(point, public, auth)


def encrypt(
    plaintext: bytes,
    keys: Keys,
    sender: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body of a push message. Sender key and salt are new for each, except in test vectors."""
    sender = sender or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(SALT_BYTES)
    sender_point = to_point(sender.public_key())
    shared = sender.exchange(ec.ECDH(), keys.public)
    key, nonce = derive(shared, keys.auth, keys.point + sender_point, salt)
    header = salt + RECORD_SIZE.to_bytes(4) + bytes([POINT_BYTES]) + sender_point
    return header + AESGCM(key).encrypt(nonce, plaintext + LAST_RECORD, None)


def decrypt(body: bytes, receiver: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """What a browser does with the body. Raises UndecipherableError."""
    salt, sender_point = body[:SALT_BYTES], body[HEADER_BYTES - POINT_BYTES : HEADER_BYTES]
    try:
        sender = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender_point)
        points = to_point(receiver.public_key()) + sender_point
        key, nonce = derive(receiver.exchange(ec.ECDH(), sender), auth, points, salt)
        padded = AESGCM(key).decrypt(nonce, body[HEADER_BYTES:], None).rstrip(b"\0")
    except (ValueError, InvalidTag) as error:
        raise UndecipherableError("not encrypted for this subscription") from error
    if not padded.endswith(LAST_RECORD):
        raise UndecipherableError("more than one record")
    return padded.removesuffix(LAST_RECORD)


def derive(shared: bytes, auth: bytes, points: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Key and nonce (RFC 8291, section 3.4). `points`: the browser's public key, then ours."""
    secret = expand(extract(auth, shared), b"WebPush: info\0" + points, 32)
    seed = extract(salt, secret)
    key = expand(seed, b"Content-Encoding: aes128gcm\0", 16)
    return key, expand(seed, b"Content-Encoding: nonce\0", 12)


def extract(salt: bytes, secret: bytes) -> bytes:
    """HKDF's first half (RFC 5869, section 2.2)."""
    return hmac.digest(salt, secret, "sha256")


def expand(seed: bytes, info: bytes, length: int) -> bytes:
    """HKDF's second half (RFC 5869, section 2.3), of which nothing here needs a second block."""
    return hmac.digest(seed, info + b"\x01", "sha256")[:length]


def to_point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
