"""FCM's answers, as it words them. Pure.

Source: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"


@dataclass(frozen=True)
class Answer:
    """A status, a JSON body and headers."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


# code: (HTTP status, Google's status, message, whether FCM names its own error code)
ERRORS = {
    "UNREGISTERED": (404, "NOT_FOUND", "Requested entity was not found.", True),
    "INVALID_ARGUMENT": (
        400,
        "INVALID_ARGUMENT",
        "The registration token is not a valid FCM registration token",
        True,
    ),
    "SENDER_ID_MISMATCH": (403, "PERMISSION_DENIED", "SenderId mismatch", True),
    "PERMISSION_DENIED": (403, "PERMISSION_DENIED", "Permission denied on this project.", False),
    "QUOTA_EXCEEDED": (429, "RESOURCE_EXHAUSTED", "Quota exceeded.", True),
    "UNAVAILABLE": (503, "UNAVAILABLE", "The service is currently unavailable.", True),
    "INTERNAL": (500, "INTERNAL", "Internal error encountered.", True),
    "THIRD_PARTY_AUTH_ERROR": (401, "UNAUTHENTICATED", "Auth error from APNS or Web Push", True),
    "UNAUTHENTICATED": (
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials.",
        False,
    ),
}


def make_error(code: str, retry_after: str | None = None) -> Answer:
    status, name, message, is_fcm = ERRORS[code]
    details = [{"@type": FCM_ERROR, "errorCode": code}] if is_fcm else []
    headers = {"Retry-After": retry_after} if retry_after else {}
    return Answer(status, encode(status, name, message, details), headers)


def make_violations(violations: Sequence[tuple[str, str]]) -> Answer:
    """The answer to a bad payload: google.rpc.BadRequest beside FCM's own code."""
    listed = [{"field": name, "description": text} for name, text in violations]
    details: list[dict[str, Any]] = [
        {"@type": FCM_ERROR, "errorCode": "INVALID_ARGUMENT"},
        {"@type": BAD_REQUEST, "fieldViolations": listed},
    ]
    first = f"Invalid value at '{violations[0][0]}': {violations[0][1]}"
    return Answer(400, encode(400, "INVALID_ARGUMENT", first, details))


def make_accepted(project: str, number: int) -> Answer:
    return Answer(200, b'{"name": "projects/%s/messages/%d"}' % (project.encode(), number))


def encode(status: int, name: str, message: str, details: list[dict[str, Any]]) -> bytes:
    error: dict[str, Any] = {"code": status, "message": message, "status": name}
    if details:
        error["details"] = details
    return json.dumps({"error": error}).encode()
