"""The side of the push service that a stock Firefox talks to, over a WebSocket.

Source: https://mozilla-push-service.readthedocs.io/en/latest/design/
"""

import contextlib
import json
import secrets
from typing import Any

from aiohttp import WSMsgType, web

from notifications.emulator.push_service.store import Store, Stored, Subscription
from notifications.webpush import base64url

PROTOCOL = "push-notification"
OK = 200


class Browser:
    """A browser that has said hello at least once, with its subscriptions by their channel."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(16)
        self.socket: web.WebSocketResponse | None = None
        self.channels: dict[str, Subscription] = {}

    @property
    def is_here(self) -> bool:
        return self.socket is not None and not self.socket.closed

    async def receive(self, subscription: Subscription, stored: Stored) -> bool:
        """Send it; it is kept until the browser's `ack`."""
        channel = next(c for c, each in self.channels.items() if each is subscription)
        said: dict[str, Any] = {
            "messageType": "notification",
            "channelID": channel,
            "version": stored.id,
        }
        if stored.push.body:
            said |= {
                "data": base64url.encode(stored.push.body),
                "headers": {"encoding": "aes128gcm"},
            }
        if self.socket is not None:
            with contextlib.suppress(ConnectionError):  # it has just gone away
                await self.socket.send_json(said)
        return False


class Conversation:
    """One connection of a browser: a method for each type of message."""

    def __init__(self, store: Store, browsers: dict[str, Browser], origin: str) -> None:
        self.store = store
        self.browsers = browsers
        self.origin = origin
        self.browser = Browser()
        self.socket = web.WebSocketResponse(protocols=[PROTOCOL], autoping=True)

    async def hold(self, request: web.Request) -> web.WebSocketResponse:
        """Until the browser goes away; what it has not acknowledged waits for it."""
        await self.socket.prepare(request)
        async for frame in self.socket:
            if frame.type is WSMsgType.TEXT:
                await self.hear(json.loads(frame.data))
        if self.browser.socket is self.socket:
            self.browser.socket = None
        return self.socket

    async def hear(self, said: dict[str, Any]) -> None:
        answers = {
            "hello": self.hello,
            "register": self.register,
            "unregister": self.unregister,
            "ack": self.acknowledge,
        }
        kind = said.get("messageType", "ping")
        if kind == "ping":  # which is {}
            await self.socket.send_str("{}")
        elif kind in answers:
            await answers[kind](said)

    async def hello(self, said: dict[str, Any]) -> None:
        """A browser with an id that is not known here gets another and subscribes anew."""
        self.browser = self.browsers.get(str(said.get("uaid")), self.browser)
        self.browsers[self.browser.id] = self.browser
        self.browser.socket = self.socket
        await self.socket.send_json(
            {
                "messageType": "hello",
                "uaid": self.browser.id,
                "status": OK,
                "use_webpush": True,
                "broadcasts": {},
            }
        )
        for subscription in list(self.browser.channels.values()):
            await subscription.deliver()

    async def register(self, said: dict[str, Any]) -> None:
        channel = str(said["channelID"])
        key = str(said.get("key") or "").rstrip("=")
        subscription = self.browser.channels.get(channel)
        if subscription is None:
            subscription = self.store.subscribe(self.browser, key)
            self.browser.channels[channel] = subscription
        await self.socket.send_json(
            {
                "messageType": "register",
                "channelID": channel,
                "status": OK,
                "pushEndpoint": f"{self.origin}/push/{subscription.id}",
            }
        )

    async def unregister(self, said: dict[str, Any]) -> None:
        channel = str(said["channelID"])
        subscription = self.browser.channels.pop(channel, None)
        if subscription:
            self.store.unsubscribe(subscription)
        await self.socket.send_json(
            {"messageType": "unregister", "channelID": channel, "status": OK}
        )

    async def acknowledge(self, said: dict[str, Any]) -> None:
        for update in said.get("updates", []):
            subscription = self.browser.channels.get(str(update.get("channelID")))
            if subscription:
                subscription.waiting.pop(str(update.get("version")), None)
