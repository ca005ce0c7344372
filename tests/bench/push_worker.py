"""One contender in a process of its own: sends messages to a sink under FCM's own name, and prints
what that cost. `python -m tests.bench.push_worker WHO PORT COUNT CONNECTIONS`.
"""

import asyncio
import json
import os
import re
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
import firebase_admin
from django.conf import settings
from django.core.management import call_command
from firebase_admin import credentials, messaging
from google.oauth2.credentials import Credentials

from notifications.emulator.credentials import make_account
from notifications.transports.base import ACCEPTED, Message, Notice
from notifications.transports.fcm import FcmTransport
from notifications.transports.fcm.bearer import Bearer
from notifications.transports.fcm.words import make_parts
from tests.bench.table import resident_mb

HOST = "fcm.googleapis.com"
TOKEN = "ya29." + "t" * 200
CHUNK = 500
HTTPS = 443


class Fixed(credentials.Base):
    """A credential that asks nobody."""

    project_id = "p"

    def get_credential(self) -> Credentials:
        return Credentials(TOKEN)

    def get_access_token(self) -> Any:
        expiry = datetime.now(UTC) + timedelta(hours=1)
        return credentials.AccessTokenInfo(TOKEN, expiry)


def answer_for_google(port: int) -> None:
    """FCM's name leads to the sink, for all contenders alike: each uses the pools made for it."""
    look_up = socket.getaddrinfo

    def look_up_here(host: Any, service: Any, *more: Any, **named: Any) -> Any:
        if host in (HOST, HOST.encode()):
            return look_up("127.0.0.1", port, *more, **named)
        return look_up(host, service, *more, **named)

    async def connect_here(loop: Any, make: Any, host: Any, service: Any, **named: Any) -> Any:
        return await connect(loop, make, host, port if service == HTTPS else service, **named)

    connect = asyncio.BaseEventLoop.create_connection
    socket.getaddrinfo = look_up_here
    asyncio.BaseEventLoop.create_connection = connect_here  # it keeps the port that was asked for


def batched(messages: list[Any], size: int) -> Iterator[list[Any]]:
    return (messages[at : at + size] for at in range(0, len(messages), size))


def addresses(count: int) -> Iterator[str]:
    return (f"{number:0160d}" for number in range(count))


def push() -> messaging.Message:
    """What our transport makes of the notice, for peers to send."""
    return messaging.Message(fid="0" * 160, **make_parts(make_notice()))


def make_notice() -> Notice:
    return Notice(
        alert_id=uuid4(),
        story_id=uuid4(),
        kind="initial",
        language="en",
        title="The bridge over the Hrazdan opens a week early",
        body="Hill Courier: after two years of work, the first cars crossed it this morning.",
        image_url="https://images.example/2026/11/bridge-over-the-river.jpg",
        link="https://news.example/en/article/0193a1b2-bridge-opens",
        tags=("Yerevan", "Bridges"),
        is_breaking=True,
        expires_at=datetime.now(UTC) + timedelta(hours=6),
        time_to_live=timedelta(hours=6),
        replaces=uuid4().hex,
    )


def ours(count: int, connections: int) -> Callable[[], int]:
    settings.FCM_CONNECTIONS, settings.FCM_URL = connections, f"https://{HOST}"
    account = Path(os.environ["SSL_CERT_FILE"]).with_name("account.json")
    account.write_text(json.dumps(make_account() | {"token_uri": "https://nobody.example"}))
    settings.FIREBASE_CREDENTIALS = str(account)
    transport, notice = FcmTransport(), make_notice()
    transport.bearer = Bearer(Fixed())

    def send() -> int:
        one = notice.alert_id.bytes
        messages = (Message(notice, one, "fcm_token", each) for each in addresses(count))
        return sum(outcome is ACCEPTED for _, outcome in transport.send(messages))

    return send


def make_app() -> firebase_admin.App:
    return firebase_admin.initialize_app(Fixed(), {"projectId": "p"})


def addressed(count: int) -> list[messaging.Message]:
    made = []
    for address in addresses(count):
        one = push()
        one.fid, one.token = None, address
        made.append(one)
    return made


def send_each(count: int, _: int) -> Callable[[], int]:
    make_app()
    messages = addressed(count)

    def send() -> int:
        return sum(messaging.send_each(chunk).success_count for chunk in batched(messages, CHUNK))

    return send


def send_each_async(count: int, _: int) -> Callable[[], int]:
    make_app()
    messages = addressed(count)

    async def send() -> int:
        done = 0
        for chunk in batched(messages, 100):  # larger ones are slower
            answers = await messaging.send_each_async(chunk, dry_run=False)
            done += answers.success_count
        return done

    return lambda: asyncio.run(send())


def fcm_django(count: int, _: int) -> Callable[[], int]:
    from fcm_django.models import FCMDevice  # noqa: PLC0415 - its own settings have it alone

    make_app()
    call_command("migrate", verbosity=0)
    FCMDevice.objects.bulk_create(
        FCMDevice(registration_id=each, type="android") for each in addresses(count)
    )

    def send() -> int:
        message = push()
        message.fid = None
        return int(FCMDevice.objects.all().send_message(message).response.success_count)

    return send


def push_notifications(count: int, _: int) -> Callable[[], int]:
    from push_notifications.models import GCMDevice  # noqa: PLC0415 - as above

    make_app()
    call_command("migrate", verbosity=0)
    GCMDevice.objects.bulk_create(
        GCMDevice(registration_id=each, cloud_message_type="FCM") for each in addresses(count)
    )

    def send() -> int:
        message = push()
        message.fid = None
        return int(GCMDevice.objects.all().send_message(message).success_count)

    return send


CONTENDERS = {
    "ours": ours,
    "send_each": send_each,
    "send_each_async": send_each_async,
    "fcm-django": fcm_django,
    "django-push-notifications": push_notifications,
}


def peak_mb() -> float:
    """The most memory of this process; getrusage would tell that of its parent, if it was more."""
    [line] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return int(line) / 1024


def main() -> None:
    who, port, count, connections = sys.argv[1], *map(int, sys.argv[2:])
    warnings.simplefilter("ignore")
    django.setup()
    answer_for_google(port)
    send = CONTENDERS[who](count, connections)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak so far is forgotten
    base, before, begun = resident_mb(), os.times(), time.perf_counter()
    accepted = send()
    seconds, after = time.perf_counter() - begun, os.times()
    figures = {
        "accepted": accepted,
        "seconds": seconds,
        "cpu": after.user + after.system - before.user - before.system,
        "memory": base,
        "growth": peak_mb() - base,
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
