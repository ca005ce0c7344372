"""Base64 in the alphabet of URLs (RFC 4648, section 5), without padding, as Web Push writes it."""

import base64
import re

FORM = re.compile(r"[A-Za-z0-9_-]*")


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Raises ValueError for anything but this form; Python's own decoder skips what it minds."""
    if not FORM.fullmatch(text):
        raise ValueError("not base64url without padding")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
