"""One message to FCM: request in, answer out, whatever the version of HTTP."""

import asyncio
import json
from typing import Any

from notifications.emulator.answers import Answer, make_accepted, make_error, make_violations
from notifications.emulator.credentials import Credentials
from notifications.emulator.store import Fault, Store
from notifications.emulator.validation import TARGETS, check_request, has_good_address


def read_json(body: bytes) -> Any:
    """The parsed body, or None for what is not JSON."""
    try:
        return json.loads(body)
    except ValueError:
        return None


class Abort(Exception):  # noqa: N818 - an event, not an error of ours
    """The connection is to be cut without an answer."""


class Exchange:
    """Decides the answer to messages:send and counts it."""

    def __init__(self, store: Store, credentials: Credentials, latency: float = 0) -> None:
        self.store = store
        self.credentials = credentials
        self.latency = latency

    async def send(self, project: str, authorization: str, body: bytes) -> Answer:
        """The answer to POST /v1/projects/{project}/messages:send. Raises Abort for a reset."""
        self.store.calls += 1
        latency = self.latency or self.store.faults.latency
        if latency:
            await asyncio.sleep(latency)
        answer = await self.decide(project, authorization, body)
        self.store.answered[str(answer.status)] += 1
        return answer

    async def decide(self, project: str, authorization: str, body: bytes) -> Answer:
        if not self.credentials.admits(authorization):
            return make_error("UNAUTHENTICATED")
        request = read_json(body)
        if violations := check_request(request):
            return make_violations(violations)
        message = request["message"]
        self.store.note_call(message)
        address = next(str(message[target]) for target in TARGETS if target in message)
        if not has_good_address(message):
            return make_error("INVALID_ARGUMENT")
        fault = self.store.faults.find(address)
        if fault and (answer := await self.go_wrong(fault, address, message)):
            return answer
        is_real = not request.get("validate_only")
        return make_accepted(project, self.store.accept(address, message) if is_real else 0)

    async def go_wrong(self, fault: Fault, address: str, message: dict[str, Any]) -> Answer | None:
        """The wrong answer, or None where the fault was only slowness."""
        if fault.code == "SLOW":
            await asyncio.sleep(fault.seconds)
            return None
        if fault.code == "ACCEPT_THEN_RESET":
            self.store.accept(address, message)
        else:
            self.store.refuse(address)
        if fault.code in {"ACCEPT_THEN_RESET", "RESET_BEFORE"}:
            raise Abort
        if fault.code == "INVALID_PAYLOAD":
            return make_violations([("message.notification.title", "Not what was expected.")])
        return make_error(fault.code, fault.retry_after)
