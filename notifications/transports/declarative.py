"""The body of a web push: a declarative push message, which our service worker reads as well. Pure.

Safari shows it without us (https://www.w3.org/TR/push-api/, "declarative push message"); elsewhere
the service worker calls showNotification(title, notification). A removal is not declarative, since
nothing is to be shown: `close` names the notification to be closed.
"""

import json
from functools import lru_cache
from typing import Any

from notifications.transports.base import Notice
from notifications.webpush.encryption import OVERHEAD
from notifications.wording import cut

MAGIC = 8030
MOST_BYTES = 4096 - OVERHEAD  # RFC 8030, section 7.2: every push service takes as much, encrypted
# Mozilla's bridge to Firefox on Android, whose endpoints look like all others, takes less
# (https://mozilla-services.github.io/autopush-rs/http.html).
GOOD_BYTES = 2744 - OVERHEAD


class TooLargeError(ValueError):
    """A link so long that no push service takes the message, whatever else is left out."""


@lru_cache(maxsize=64)
def encode(notice: Notice) -> bytes:
    """The plaintext, the same for all devices that are told the notice. Raises TooLargeError."""
    facts: dict[str, Any] = {
        "alert": str(notice.alert_id),
        "story": str(notice.story_id or ""),
        "kind": notice.kind,
        "tags": notice.tags,
        "expires_at": notice.expires_at.isoformat(),
    }
    if notice.is_removal:
        return dump({"close": notice.replaces, "data": facts})
    shown = {
        "title": notice.title,
        "lang": notice.language,
        "body": notice.body,
        "image": notice.image_url,
        "tag": notice.replaces,
        "navigate": notice.link,
        "data": facts,
    }
    if not notice.image_url:
        del shown["image"]
    return fit({"web_push": MAGIC, "notification": shown, "mutable": True})


def fit(message: dict[str, Any]) -> bytes:
    """The message without its image, its tags and the end of its body, as far as that is needed."""
    shown = message["notification"]
    if surplus(message):
        shown.pop("image", None)
    if surplus(message):
        del shown["data"]["tags"]
    if over := surplus(message):
        left = len(shown["body"].encode()) - over  # a byte of text is one or more of JSON
        shown["body"] = cut(shown["body"], left) if left >= len("…".encode()) else ""
    plaintext = dump(message)
    if len(plaintext) > MOST_BYTES:
        raise TooLargeError("the link leaves no room for the message")
    return plaintext


def surplus(message: dict[str, Any]) -> int:
    return max(0, len(dump(message)) - GOOD_BYTES)


def dump(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
