"""A browser as a stock Firefox behaves towards its push service."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import aiohttp

from notifications.transports.base import Notice, Result
from notifications.transports.webpush import WebPushTransport, public_key
from notifications.webpush import base64url
from notifications.webpush.encryption import decrypt
from tests.notifications.transports.samples import NOTICE
from tests.notifications.transports.test_webpush import message
from tests.notifications.webpush.test_encryption import AUTH, POINT, RECEIVER, key_of
from tests.processes import Browser, PushService

KEYS = f"{POINT}.{AUTH}"


class Firefox:
    """One connection of a browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, uaid: str = "") -> None:
        self.socket = socket
        self.uaid = uaid

    async def say(self, kind: str, **content: object) -> Any:
        await self.socket.send_json({"messageType": kind, **content})
        return await self.hear()

    async def hear(self) -> Any:
        return await self.socket.receive_json(timeout=5)

    async def hello(self) -> str:
        answer = await self.say("hello", uaid=self.uaid, broadcasts={}, use_webpush=True)
        assert (answer["status"], answer["use_webpush"]) == (200, True)
        self.uaid = answer["uaid"]
        return self.uaid

    async def subscribe(self, service: PushService) -> tuple[str, Browser]:
        channel = str(uuid4())
        answer = await self.say("register", channelID=channel, key=public_key())
        endpoint = answer["pushEndpoint"]
        return channel, Browser(service, endpoint.rpartition("/")[2], endpoint, KEYS)

    async def acknowledge(self, told: Any) -> None:
        update = {"channelID": told["channelID"], "version": told["version"], "code": 100}
        await self.socket.send_json({"messageType": "ack", "updates": [update]})

    async def ping(self) -> None:
        await self.socket.send_str("{}")
        assert await self.hear() == {}


def browse(service: PushService, *visits: Callable[[Firefox], Awaitable[None]]) -> None:
    """Each visit is a connection of one browser, closed at its end."""

    async def run() -> None:
        uaid = ""
        async with aiohttp.ClientSession() as session:
            for visit in visits:
                url = service.url.replace("http", "ws")
                async with session.ws_connect(url, protocols=["push-notification"]) as socket:
                    assert socket.protocol == "push-notification"
                    firefox = Firefox(socket, uaid)
                    await firefox.hello()
                    await visit(firefox)
                    uaid = firefox.uaid

    asyncio.run(run())


async def push(to: Browser, notice: Notice = NOTICE) -> Result:
    """Through the product's own transport."""

    def send() -> Result:
        transport = WebPushTransport()
        [(_, outcome)] = transport.send([message(to, notice)])
        transport.close()
        return outcome.result

    return await asyncio.to_thread(send)


def read(told: Any) -> Any:
    assert told["headers"] == {"encoding": "aes128gcm"}
    plaintext = decrypt(base64url.decode(told["data"]), key_of(RECEIVER), base64url.decode(AUTH))
    return json.loads(plaintext)


def test_a_browser_that_is_there_is_told_at_once(push_service: PushService) -> None:
    async def visit(firefox: Firefox) -> None:
        channel, browser = await firefox.subscribe(push_service)
        await firefox.ping()

        assert await push(browser) is Result.ACCEPTED

        told = await firefox.hear()
        assert (told["messageType"], told["channelID"]) == ("notification", channel)
        assert read(told)["notification"]["title"] == "A bridge opens"

    browse(push_service, visit)


def test_messages_wait_for_a_browser_that_is_away_until_it_has_them(
    push_service: PushService,
) -> None:
    subscribed: list[Browser] = []

    async def subscribe(firefox: Firefox) -> None:
        subscribed.append((await firefox.subscribe(push_service))[1])
        await firefox.socket.close()
        await push(subscribed[0])

    async def look_without_acknowledging(firefox: Firefox) -> None:
        assert read(await firefox.hear())["web_push"] == 8030

    async def acknowledge(firefox: Firefox) -> None:
        await firefox.acknowledge(await firefox.hear())
        await firefox.ping()

    browse(push_service, subscribe, look_without_acknowledging, acknowledge, Firefox.ping)

    assert subscribed[0].counts() == {"accepted": 1, "answered": {"201": 1}, "waiting": 0}


def test_of_messages_with_one_topic_the_last_is_kept(push_service: PushService) -> None:
    async def leave_and_be_pushed(firefox: Firefox) -> None:
        _, browser = await firefox.subscribe(push_service)
        await firefox.socket.close()
        for title in ("first", "second"):
            await push(browser, replace(NOTICE, title=title))
        await push(browser, replace(NOTICE, title="another", replaces="story-2"))

    async def hear_two(firefox: Firefox) -> None:
        titles = [read(await firefox.hear())["notification"]["title"] for _ in range(2)]
        assert titles == ["second", "another"]
        await firefox.ping()

    browse(push_service, leave_and_be_pushed, hear_two)


def test_what_is_only_good_at_once_is_not_kept(push_service: PushService) -> None:
    async def leave_and_be_pushed(firefox: Firefox) -> None:
        _, browser = await firefox.subscribe(push_service)
        await firefox.socket.close()
        assert await push(browser, replace(NOTICE, time_to_live=timedelta(0))) is Result.ACCEPTED

    browse(push_service, leave_and_be_pushed, Firefox.ping)


def test_a_browser_that_unsubscribes_is_gone(push_service: PushService) -> None:
    async def visit(firefox: Firefox) -> None:
        channel, browser = await firefox.subscribe(push_service)
        assert (await firefox.say("unregister", channelID=channel))["status"] == 200

        assert await push(browser) is Result.GONE

    browse(push_service, visit)


def test_a_channel_that_is_asked_for_twice_is_one_subscription(push_service: PushService) -> None:
    async def visit(firefox: Firefox) -> None:
        channel, browser = await firefox.subscribe(push_service)
        again = await firefox.say("register", channelID=channel, key=public_key())

        assert again["pushEndpoint"] == browser.endpoint

    browse(push_service, visit)


def test_a_browser_that_the_service_does_not_know_gets_another_id(
    push_service: PushService,
) -> None:
    async def visit(firefox: Firefox) -> None:
        firefox.uaid = "of-another-service"

        assert await firefox.hello() != "of-another-service"

    browse(push_service, visit)
