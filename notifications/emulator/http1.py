"""The emulator over HTTP/1.1: FCM's endpoint, the control of the emulator, and the phones' page."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web

from notifications.emulator.answers import ERRORS
from notifications.emulator.exchange import Abort, Exchange
from notifications.emulator.store import Phone

PAGE = Path(__file__).with_name("page.html")
OTHER_FAULTS = {"INVALID_PAYLOAD", "RESET_BEFORE", "ACCEPT_THEN_RESET", "SLOW"}
LONGEST_POLL = 60


def make_app(exchange: Exchange) -> web.Application:
    app = web.Application(middlewares=[count_connections(exchange)])
    control = Control(exchange)
    app.add_routes(
        [
            web.post("/v1/projects/{project}/messages:send", control.send),
            web.post("/token", control.grant),
            web.get("/service-account.json", control.account),
            web.get("/emulator/faults", control.show_faults),
            web.put("/emulator/faults", control.set_faults),
            web.delete("/emulator/faults", control.clear_faults),
            web.get("/emulator/counts", control.counts),
            web.get("/emulator/counts/{address}", control.count_of),
            web.delete("/emulator/counts", control.reset),
            web.get("/emulator/accepted", control.accepted),
            web.get("/emulator/alerts", control.alerts),
            web.get("/emulator/phones", control.phones),
            web.put("/emulator/phones/{address}", control.add_phone),
            web.get("/emulator/phones/{address}/next", control.next_message),
            web.get("/", control.page),
        ]
    )
    return app


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def count_connections(exchange: Exchange) -> Any:
    """A middleware that notes each new connection; the store sees when it is gone."""
    store = exchange.store

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        transport = request.transport
        if request.path.endswith("messages:send") and transport not in store.transports:
            store.transports = {each for each in store.transports if not each.is_closing()}
            store.transports.add(transport)
            store.connections_total += 1
        return await handler(request)

    return middleware


class Control:
    """One method for each route."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.store = exchange.store

    async def send(self, request: web.Request) -> web.Response:
        authorization = request.headers.get("Authorization", "")
        body = await request.read()
        try:
            answer = await self.exchange.send(request.match_info["project"], authorization, body)
        except Abort:
            if request.transport:
                request.transport.abort()
            return web.Response()
        return web.Response(
            status=answer.status,
            body=answer.body,
            headers=answer.headers,
            content_type="application/json",
        )

    async def grant(self, request: web.Request) -> web.Response:
        form = await request.post()
        granted = self.exchange.credentials.grant(
            str(form.get("grant_type", "")), str(form.get("assertion", ""))
        )
        if granted is None:
            error = {"error": "invalid_grant", "error_description": "Invalid JWT."}
            return web.json_response(error, status=HTTPStatus.BAD_REQUEST)
        return web.json_response(granted)

    async def account(self, _: web.Request) -> web.Response:
        return web.json_response(self.exchange.credentials.account)

    async def show_faults(self, _: web.Request) -> web.Response:
        return web.json_response(self.store.faults.wish)

    async def set_faults(self, request: web.Request) -> web.Response:
        wish = await request.json()
        known = ERRORS.keys() | OTHER_FAULTS
        named = [*wish.get("addresses", {}).values(), *wish.get("share", [])]
        for each in named:
            code = each if isinstance(each, str) else each.get("fault")
            if code not in known:
                error = {"error": f"no such fault: {code}", "known": sorted(known)}
                return web.json_response(error, status=HTTPStatus.BAD_REQUEST)
        self.set_wish(wish)
        return web.json_response(wish)

    def set_wish(self, wish: dict[str, Any]) -> None:
        self.store.faults.set(wish)
        self.exchange.credentials.skew = int(wish.get("clock_skew", 0))

    async def clear_faults(self, _: web.Request) -> web.Response:
        self.set_wish({})
        return web.json_response({})

    async def counts(self, _: web.Request) -> web.Response:
        return web.json_response(self.store.counts())

    async def count_of(self, request: web.Request) -> web.Response:
        count = self.store.addresses.get(request.match_info["address"], 0)
        return web.json_response({"accepted": count})

    async def reset(self, _: web.Request) -> web.Response:
        self.store.reset()
        return web.json_response(self.store.counts())

    async def accepted(self, request: web.Request) -> web.Response:
        phone = self.store.phones.get(request.query.get("address", ""))
        return web.json_response([each["message"] for each in phone.messages] if phone else [])

    async def alerts(self, _: web.Request) -> web.Response:
        """By alert: how many requests, taken messages and duplicates, and when."""
        return web.json_response({key: asdict(told) for key, told in self.store.alerts.items()})

    async def phones(self, _: web.Request) -> web.Response:
        listed = [
            {"address": address, "label": phone.label, "shown": list(phone.shown.values())[::-1]}
            for address, phone in self.store.phones.items()
        ]
        return web.json_response(listed[:20])

    async def add_phone(self, request: web.Request) -> web.Response:
        body = await request.json()
        phone = self.store.phones.setdefault(request.match_info["address"], Phone())
        phone.label = str(body.get("label", ""))
        return web.json_response({"label": phone.label, "seq": phone.seq})

    async def next_message(self, request: web.Request) -> web.Response:
        """Wait for the first message after a number: how a demo phone listens."""
        phone = self.store.phones.setdefault(request.match_info["address"], Phone())
        after = int(request.query.get("after", 0))
        patience = min(float(request.query.get("timeout", 30)), LONGEST_POLL)
        try:
            async with asyncio.timeout(patience):
                # Not by phone.seq: a reset forgets the messages and keeps the number.
                while not (later := [m for m in phone.messages if m["seq"] > after]):
                    await phone.arrived.wait()
        except TimeoutError:
            return web.Response(status=HTTPStatus.NO_CONTENT)
        return web.json_response(later[0])

    async def page(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE)
