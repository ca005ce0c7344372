"""How schemathesis signs in, and what no schema can say: SCHEMATHESIS_HOOKS names this module."""

import json
import os
import urllib.request
from typing import Any
from uuid import uuid4

import schemathesis

from tests.tokens import make_token

# Whoever asks these has no session afterwards, so each attempt has one of its own.
ENDS_SESSION = {"deleteAccount", "deleteSessionsCurrent", "putAccount"}


@schemathesis.auth(refresh_interval=None)
class Sessions:
    def __init__(self) -> None:
        self.secret = self.open()

    def get(self, case: Any, _: Any) -> str:
        operation = case.operation.definition.raw.get("operationId")
        return self.open() if operation in ENDS_SESSION else self.secret

    def set(self, case: Any, secret: str, _: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {secret}"}

    def open(self) -> str:
        url = os.environ["DAILY8_URL"] + "/api/v1/sessions"
        request = urllib.request.Request(url, b"{}", {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(json.loads(answer.read())["secret"])


@schemathesis.hook
def before_call(_: Any, case: Any, __: Any) -> None:
    """In a request that is to be accepted stands what only a server, a platform or Firebase makes:
    no cursor rather than one made up, a zone of this world, a token, a key that was never used.
    """
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.query:
        case.query.pop("cursor", None)
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid4())
    if isinstance(case.body, dict) and "zone" in case.body:
        case.body["zone"] = "Asia/Yerevan"
    if isinstance(case.body, dict) and "id_token" in case.body:
        case.body["id_token"] = make_token(str(uuid4()))
