"""What a notice is in FCM's words, encoded by firebase-admin.

Source: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from string import ascii_letters, digits
from typing import Any, Final

from firebase_admin import messaging

from notifications.transports.base import Message, Notice

PLACEHOLDER: Final = "0123456789-the-address-goes-here-0123456789"
MOST_BYTES: Final = 4096  # of a message without its address
MOST_BODIES: Final = 64
# The characters that registration allows. None of them has to be escaped in JSON.
SAFE: Final = f"{ascii_letters}{digits}_:-".encode()
SHORTEST, LONGEST = 10, 4096


class MalformedAddressError(Exception):
    """The address is none of FCM's."""


class Bodies:
    """Request bodies, encoded once for each notice and kind of address."""

    def __init__(self, *, is_trial: bool = False) -> None:
        self.start = b'{"validate_only": true, ' if is_trial else b"{"
        self.known: dict[tuple[Notice, str], tuple[bytes, bytes]] = {}
        self.notice: Notice | None = None
        self.kind = ""
        self.before = self.after = b""

    def make(self, message: Message) -> bytes:
        """Raises MalformedAddressError, and ValueError where the notice breaks a rule of FCM's."""
        notice, kind, address = message.notice, message.address_kind, message.address
        if notice is not self.notice or kind != self.kind:
            self.turn_to(notice, kind)
        return self.before + encode_address(address) + self.after

    def turn_to(self, notice: Notice, kind: str) -> None:
        """The messages that follow are probably of this kind too."""
        key = (notice, kind)
        if key not in self.known:
            if len(self.known) >= MOST_BODIES:  # an alert's time to live changes as it is sent
                self.known.clear()
            before, after = encode(notice, kind)
            self.known[key] = self.start + before.removeprefix(b"{"), after
        self.before, self.after = self.known[key]
        self.notice, self.kind = notice, kind


def encode_address(address: str) -> bytes:
    """Raises MalformedAddressError. A pattern would take three times as long to look at it."""
    encoded = address.encode(errors="replace")
    if encoded.translate(None, SAFE) or not SHORTEST <= len(encoded) <= LONGEST:
        raise MalformedAddressError
    return encoded


def encode(notice: Notice, address_kind: str) -> tuple[bytes, bytes]:
    """The request body before and after the address. Raises ValueError as `make_parts` does."""
    # The encoder takes addresses as installation ids; older phones have a token in its place.
    message = messaging.Message(fid=PLACEHOLDER, **make_parts(notice))
    target = "fid" if address_kind == "fcm_fid" else "token"
    before, after = f'{{"message": {message}}}'.split(f'"fid": "{PLACEHOLDER}"')
    return f'{before}"{target}": "'.encode(), f'"{after}'.encode()


def make_parts(notice: Notice) -> dict[str, Any]:
    """All of a `messaging.Message` but the address. The tags' names are told where they fit.

    Raises ValueError where the notice breaks one of FCM's rules.
    """
    make = make_removal if notice.is_removal else make_alert
    data = {
        "alert": str(notice.alert_id),
        "story": str(notice.story_id or ""),
        "kind": notice.kind,
        "link": notice.link,
        "expires_at": notice.expires_at.isoformat(),
    }
    tags = " ".join(f"#{name}" for name in notice.tags)
    parts = make(notice, data | {"tags": tags} if tags else data)
    return parts if measure(parts) <= MOST_BYTES else make(notice, data)


def make_alert(notice: Notice, data: dict[str, str]) -> dict[str, Any]:
    """Shown by the system, in place of what is shown under the same `replaces`."""
    link = notice.link if notice.link.startswith("https://") else None
    return {
        "notification": messaging.Notification(
            title=notice.title, body=notice.body, image=notice.image_url or None
        ),
        "data": data,
        "android": messaging.AndroidConfig(
            priority="high" if notice.is_breaking else "normal",
            ttl=seconds_left(notice),
            notification=messaging.AndroidNotification(tag=notice.replaces),
        ),
        "apns": messaging.APNSConfig(
            headers=apns_headers(notice) | {"apns-priority": "10"},
            payload=messaging.APNSPayload(aps=messaging.Aps(mutable_content=True)),
        ),
        "webpush": messaging.WebpushConfig(
            headers=webpush_headers(notice, is_urgent=notice.is_breaking),
            notification=messaging.WebpushNotification(tag=notice.replaces),
            fcm_options=messaging.WebpushFCMOptions(link=link) if link else None,
        ),
    }


def make_removal(notice: Notice, data: dict[str, str]) -> dict[str, Any]:
    """Shows nothing: wakes the app, which takes away what is shown under `remove`."""
    return {
        "data": data | {"remove": notice.replaces},
        # Android lets an app run for data of high priority only.
        "android": messaging.AndroidConfig(priority="high", ttl=seconds_left(notice)),
        # Apple refuses background pushes of any other priority.
        "apns": messaging.APNSConfig(
            headers=apns_headers(notice) | {"apns-push-type": "background", "apns-priority": "5"},
            payload=messaging.APNSPayload(aps=messaging.Aps(content_available=True)),
        ),
        "webpush": messaging.WebpushConfig(headers=webpush_headers(notice, is_urgent=True)),
    }


def seconds_left(notice: Notice) -> timedelta:
    return timedelta(seconds=max(0, int(notice.time_to_live.total_seconds())))


def apns_headers(notice: Notice) -> dict[str, str]:
    expiration = int((datetime.now(UTC) + notice.time_to_live).timestamp())
    return {"apns-collapse-id": notice.replaces, "apns-expiration": str(expiration)}


def webpush_headers(notice: Notice, *, is_urgent: bool) -> dict[str, str]:
    return {
        "TTL": str(int(seconds_left(notice).total_seconds())),
        "Topic": notice.replaces,
        "Urgency": "high" if is_urgent else "normal",
    }


def measure(parts: Mapping[str, Any]) -> int:
    """Bytes of a message without its address, as FCM counts them."""
    content = json.loads(str(messaging.Message(fid=PLACEHOLDER, **parts)))
    del content["fid"]
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
