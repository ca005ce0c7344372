"""What FCM accepts. Pure.

Source: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
"""

import json
import re
from typing import Any

MOST_BYTES = 4096
MOST_SECONDS = 2_419_200  # four weeks
TARGETS = ("token", "fid", "topic", "condition")
ADDRESS = re.compile(r"[A-Za-z0-9_:\-]{10,4096}")
TTL = re.compile(r"(\d{1,9})(?:\.\d{1,9})?s")
RESERVED = re.compile(r"from|gcm.*|google.*", re.IGNORECASE)
FIELDS: dict[str, frozenset[str]] = {
    "message": frozenset(
        {"name", "data", "notification", "android", "webpush", "apns", "fcm_options", *TARGETS}
    ),
    "notification": frozenset({"title", "body", "image"}),
    "android": frozenset(
        {
            "bandwidth_constrained_ok",
            "collapse_key",
            "data",
            "direct_boot_ok",
            "fcm_options",
            "notification",
            "priority",
            "restricted_package_name",
            "restricted_satellite_ok",
            "ttl",
        }
    ),
    "webpush": frozenset({"headers", "data", "notification", "fcm_options"}),
    "apns": frozenset({"headers", "payload", "fcm_options", "live_activity_token"}),
}
Violation = tuple[str, str]


def check_request(body: Any) -> list[Violation]:
    """(field, what is wrong with it) for all that FCM would refuse; empty for a good request."""
    if not isinstance(body, dict) or not isinstance(body.get("message"), dict):
        return [("message", "Required object.")]
    found = [(key, "Unknown field.") for key in body if key not in {"message", "validate_only"}]
    message = body["message"]
    if sum(target in message for target in TARGETS) != 1:
        found.append(("message", "Exactly one of token, fid, topic and condition."))
    found += check_fields("message", message)
    for part in ("notification", "android", "webpush", "apns"):
        if part in message:
            found += check_fields(f"message.{part}", message[part])
    for part in ("data", "android.data", "webpush.data"):
        found += check_data(f"message.{part}", dig(message, part))
    for part in ("apns.headers", "webpush.headers", "notification"):
        found += check_strings(f"message.{part}", dig(message, part))
    found += check_android(message.get("android"))
    if not found and (size := measure(message)) > MOST_BYTES:
        found.append(("message", f"Message too big: {size} bytes; the most is {MOST_BYTES}."))
    return found


def has_good_address(message: dict[str, Any]) -> bool:
    """Whether a token or installation id has the form of one."""
    address = message.get("token", message.get("fid"))
    return address is None or (isinstance(address, str) and bool(ADDRESS.fullmatch(address)))


def measure(message: dict[str, Any]) -> int:
    """Bytes of a message without its target: what the limit of 4,096 is about."""
    content = {key: value for key, value in message.items() if key not in TARGETS}
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def dig(message: dict[str, Any], path: str) -> Any:
    found: Any = message
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def check_fields(path: str, value: Any) -> list[Violation]:
    if not isinstance(value, dict):
        return [(path, "Not an object.")]
    known = FIELDS[path.rpartition(".")[2]]
    return [(f"{path}.{key}", "Unknown field.") for key in value if key not in known]


def check_strings(path: str, value: Any) -> list[Violation]:
    if value is None:
        return []
    if not isinstance(value, dict):
        return [(path, "Not an object.")]
    return [(f"{path}.{k}", "Not a string.") for k, v in value.items() if not isinstance(v, str)]


def check_data(path: str, value: Any) -> list[Violation]:
    found = check_strings(path, value)
    if isinstance(value, dict):
        found += [(f"{path}.{k}", "Reserved key.") for k in value if RESERVED.fullmatch(k)]
    return found


def check_android(android: Any) -> list[Violation]:
    if not isinstance(android, dict):
        return []
    found = []
    shown = android.get("notification")
    if shown is not None and not isinstance(shown, dict):
        found.append(("message.android.notification", "Not an object."))
    elif shown and not isinstance(shown.get("tag") or "", str):
        found.append(("message.android.notification.tag", "Not a string."))
    if str(android.get("priority", "normal")).lower() not in {"normal", "high"}:
        found.append(("message.android.priority", "Neither NORMAL nor HIGH."))
    if "ttl" in android:
        match = TTL.fullmatch(str(android["ttl"]))
        if not match or int(match[1]) > MOST_SECONDS:
            found.append(("message.android.ttl", "Not a duration of at most four weeks: 3600s."))
    return found
