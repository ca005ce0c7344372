"""The push service over HTTP: the endpoints, and the control of phones, faults and counts."""

import asyncio
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web

from notifications.emulator.push_service.browser import Browser, Conversation
from notifications.emulator.push_service.requests import RefusedError, read_push
from notifications.emulator.push_service.store import Phone, Store, Subscription
from notifications.emulator.store import Fault

LONGEST_POLL = 60
REFUSALS = {"BAD_TOKEN": (403, "BadJwtToken"), "OTHER_KEY": (403, "VapidPkHashMismatch")}
EVENTS = {"SLOW", "RESET_BEFORE", "ACCEPT_THEN_RESET"}


def make_app() -> web.Application:
    app = web.Application(client_max_size=1 << 20)
    service = PushService()
    app.add_routes(
        [
            web.get("/", service.talk),
            web.post("/push/{id}", service.push),
            web.post("/emulator/phones", service.add_phone),
            web.get("/emulator/phones/{id}", service.count_of),
            web.delete("/emulator/phones/{id}", service.remove_phone),
            web.get("/emulator/phones/{id}/messages", service.messages),
            web.get("/emulator/phones/{id}/next", service.next_message),
            web.put("/emulator/faults", service.set_faults),
            web.delete("/emulator/faults", service.clear_faults),
            web.get("/emulator/counts", service.counts),
            web.delete("/emulator/counts", service.reset),
        ]
    )
    return app


class ResetError(Exception):
    """The connection is to be cut without an answer."""


class PushService:
    """One method for each route. A phone is known by the id at the end of its endpoint."""

    def __init__(self) -> None:
        self.store = Store()
        self.browsers: dict[str, Browser] = {}

    async def talk(self, request: web.Request) -> web.StreamResponse:
        conversation = Conversation(self.store, self.browsers, origin_of(request))
        if not conversation.socket.can_prepare(request).ok:
            return web.Response(text="A stand-in for browsers' push services.\n")
        return await conversation.hold(request)

    async def push(self, request: web.Request) -> web.Response:
        self.store.note(request.transport)
        name = request.match_info["id"]
        subscription = self.store.subscriptions.get(name)
        if subscription is None:
            gone = name in self.store.removed
            return refuse(HTTPStatus.GONE if gone else HTTPStatus.NOT_FOUND, "Unregistered")
        try:
            answer = await self.decide(request, subscription)
        except ResetError:
            if request.transport:
                request.transport.abort()
            return web.Response()
        except RefusedError as error:
            answer = refuse(error.status, error.reason)
        subscription.answered[str(answer.status)] += 1
        return answer

    async def decide(self, request: web.Request, subscription: Subscription) -> web.Response:
        """Raises RefusedError, or ResetError where that was wished for."""
        push = read_push(
            request.headers,
            await request.read(),
            origin=origin_of(request),
            key=subscription.key,
            now=datetime.now(UTC),
        )
        fault = self.store.faults.find(subscription.id)
        if fault and (answer := await go_wrong(fault)):
            return answer
        try:
            stored = await subscription.accept(push)
        except ValueError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "Undecipherable") from error
        if fault and fault.code == "ACCEPT_THEN_RESET":
            raise ResetError
        location = {"Location": f"{origin_of(request)}/message/{stored.id}"}
        return web.Response(status=HTTPStatus.CREATED, headers=location)

    async def add_phone(self, request: web.Request) -> web.Response:
        wish = await request.json() if request.can_read_body else {}
        phone = Phone()
        subscription = self.store.subscribe(phone, str(wish.get("key", "")))
        return web.json_response(
            {
                "id": subscription.id,
                "endpoint": f"{origin_of(request)}/push/{subscription.id}",
                "keys": phone.keys(),
            },
            status=HTTPStatus.CREATED,
        )

    async def count_of(self, request: web.Request) -> web.Response:
        subscription = self.find(request)
        return web.json_response(
            {
                "accepted": subscription.accepted,
                "answered": dict(subscription.answered),
                "waiting": len(subscription.waiting),
            }
        )

    async def remove_phone(self, request: web.Request) -> web.Response:
        """As an uninstalled browser: from now on its endpoint is gone."""
        self.store.unsubscribe(self.find(request))
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def messages(self, request: web.Request) -> web.Response:
        return web.json_response(list(self.find_phone(request).after(0)))

    async def next_message(self, request: web.Request) -> web.Response:
        """Wait for the first message after a number."""
        phone = self.find_phone(request)
        after = int(request.query.get("after", 0))
        patience = min(float(request.query.get("timeout", 30)), LONGEST_POLL)
        try:
            async with asyncio.timeout(patience):
                while (message := next(phone.after(after), None)) is None:
                    await phone.arrived.wait()
        except TimeoutError:
            return web.Response(status=HTTPStatus.NO_CONTENT)
        return web.json_response(message)

    async def set_faults(self, request: web.Request) -> web.Response:
        """By the id of a subscription; a code is a status of HTTP or one of the words above."""
        wish = await request.json()
        for each in wish.get("addresses", {}).values():
            code = each if isinstance(each, str) else str(each.get("fault"))
            if code not in REFUSALS.keys() | EVENTS and not is_status(code):
                return web.json_response({"error": f"no such fault: {code}"}, status=400)
        self.store.faults.set(wish)
        return web.json_response(wish)

    async def clear_faults(self, _: web.Request) -> web.Response:
        self.store.faults.set({})
        return web.json_response({})

    async def counts(self, _: web.Request) -> web.Response:
        return web.json_response(self.store.counts())

    async def reset(self, _: web.Request) -> web.Response:
        self.store.reset()
        return web.json_response(self.store.counts())

    def find(self, request: web.Request) -> Subscription:
        subscription = self.store.subscriptions.get(request.match_info["id"])
        if subscription is None:
            raise web.HTTPNotFound
        return subscription

    def find_phone(self, request: web.Request) -> Phone:
        receiver = self.find(request).receiver
        if not isinstance(receiver, Phone):
            raise web.HTTPNotFound  # a browser decrypts for itself
        return receiver


async def go_wrong(fault: Fault) -> web.Response | None:
    """The wrong answer, or None where the message is taken all the same. Raises ResetError."""
    if fault.code == "RESET_BEFORE":
        raise ResetError
    if fault.code == "SLOW":
        await asyncio.sleep(fault.seconds)
    if fault.code in EVENTS:
        return None
    status, reason = REFUSALS.get(fault.code) or (int(fault.code), "")
    return refuse(status, reason, fault.retry_after)


def refuse(status: int, reason: str, retry_after: str | None = None) -> web.Response:
    headers = {"Retry-After": retry_after} if retry_after else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "vapid"  # RFC 8292, section 4.2
    body: dict[str, Any] = {"reason": reason} if reason else {}
    return web.json_response(body, status=status, headers=headers)


def is_status(code: str) -> bool:
    return code.isdecimal() and HTTPStatus.OK <= int(code) < 600  # noqa: PLR2004 - the end of HTTP's statuses


def origin_of(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"
