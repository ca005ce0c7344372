"""FCM's answers in the words that decide what happens next. Pure.

Source: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
"""

import json
from http import HTTPStatus
from typing import Any

from articles.feeds.headers import read_retry_after
from notifications.transports.base import ACCEPTED, Outcome, Result

RESULTS = {
    "UNREGISTERED": Result.GONE,
    "SENDER_ID_MISMATCH": Result.GONE,
    "QUOTA_EXCEEDED": Result.RETRY,
    "UNAVAILABLE": Result.RETRY,
    "INTERNAL": Result.RETRY,
    "THIRD_PARTY_AUTH_ERROR": Result.FORBIDDEN,
}
SLOWS_ALL = {"QUOTA_EXCEEDED", "UNAVAILABLE", "INTERNAL"}
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"

MALFORMED = Outcome(result=Result.GONE, code="INVALID_ARGUMENT")
"""What FCM says of an address that is none."""
UNREACHABLE = Outcome(result=Result.RETRY, code="UNREACHABLE", slows_all=True)


def read_outcome(status: int, retry_after: str | None, body: bytes) -> Outcome:
    if status == HTTPStatus.OK:
        return ACCEPTED
    error = read_error(body)
    details = [part for part in error.get("details", []) if isinstance(part, dict)]
    code = next((str(d.get("errorCode")) for d in details if d.get("@type") == FCM_ERROR), "")
    if status == HTTPStatus.BAD_REQUEST:
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
    server_trouble = Result.RETRY if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None
    return Outcome(
        result=RESULTS.get(code) or server_trouble or Result.FORBIDDEN,
        code=code,
        retry_after=read_retry_after(retry_after or ""),
        slows_all=code in SLOWS_ALL,
    )


def read_error(body: bytes) -> dict[str, Any]:
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return {}  # a proxy's page, not FCM's
    return error if isinstance(error, dict) else {}
