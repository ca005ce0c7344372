"""What the push service remembers: subscriptions, what waits for them, and who receives."""

import asyncio
import json
import os
import secrets
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import ec

from notifications.emulator.push_service.requests import Push
from notifications.emulator.store import Faults
from notifications.webpush import base64url
from notifications.webpush.encryption import AUTH_BYTES, CURVE, decrypt, to_point

MOST_MESSAGES = 100


@dataclass(slots=True)
class Stored:
    """A message on its way to a receiver."""

    id: str
    push: Push
    expires_at: float


class Receiver(Protocol):
    """Who a subscription belongs to."""

    @property
    def is_here(self) -> bool: ...

    async def receive(self, subscription: "Subscription", stored: Stored) -> bool:
        """Whether the message has arrived for certain and need not be kept."""
        ...


@dataclass(eq=False)
class Subscription:
    """A push resource, restricted to one sender's key unless that is ""."""

    id: str
    key: str
    receiver: Receiver
    waiting: dict[str, Stored] = field(default_factory=dict)
    answered: Counter[str] = field(default_factory=Counter)
    accepted: int = 0

    async def accept(self, push: Push) -> Stored:
        """Take a message; one with its topic that was not delivered yet makes way for it."""
        seconds = max(1, push.time_to_live)  # 0 has a moment to be handed over
        stored = Stored(secrets.token_urlsafe(12), push, time.time() + seconds)
        self.accepted += 1
        if push.topic:
            older = [each.id for each in self.waiting.values() if each.push.topic == push.topic]
            for each in older:
                del self.waiting[each]
        if push.time_to_live or self.receiver.is_here:  # RFC 8030, section 5.2: 0 is now or never
            self.waiting[stored.id] = stored
        await self.deliver()
        return stored

    async def deliver(self) -> None:
        """Hand over what waits, if there is somebody, and forget what is out of date."""
        now = time.time()
        self.waiting = {i: s for i, s in self.waiting.items() if s.expires_at >= now}
        if self.receiver.is_here:
            for stored in list(self.waiting.values()):
                if await self.receiver.receive(self, stored):
                    self.waiting.pop(stored.id, None)


class Phone:
    """A receiver whose keys are here, so that a test sees what arrived."""

    is_here = True

    def __init__(self) -> None:
        self.secret = ec.generate_private_key(CURVE)
        self.auth = os.urandom(AUTH_BYTES)
        self.seq = 0
        self.messages: deque[dict[str, Any]] = deque(maxlen=MOST_MESSAGES)
        self.arrived = asyncio.Event()

    def keys(self) -> str:
        """In the form of our API: p256dh.auth."""
        point = to_point(self.secret.public_key())
        return f"{base64url.encode(point)}.{base64url.encode(self.auth)}"

    async def receive(self, subscription: Subscription, stored: Stored) -> bool:  # noqa: ARG002 - as the protocol has it
        """Raises UndecipherableError or ValueError where the sender did not encrypt JSON for us."""
        push = stored.push
        content = json.loads(decrypt(push.body, self.secret, self.auth)) if push.body else None
        self.seq += 1
        self.messages.append(
            {
                "seq": self.seq,
                "message": content,
                "ttl": push.time_to_live,
                "urgency": push.urgency,
                "topic": push.topic,
                "size": len(push.body),
                "received_at": time.time(),
            }
        )
        self.arrived.set()
        self.arrived = asyncio.Event()
        return True

    def after(self, seq: int) -> Iterator[dict[str, Any]]:
        return (message for message in self.messages if message["seq"] > seq)


class Store:
    """All subscriptions by id, which is the unguessable part of their endpoint."""

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.removed: set[str] = set()
        self.faults = Faults()
        self.connections: set[Any] = set()
        self.connections_total = 0

    def subscribe(self, receiver: Receiver, key: str) -> Subscription:
        subscription = Subscription(secrets.token_urlsafe(16), key, receiver)
        self.subscriptions[subscription.id] = subscription
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        del self.subscriptions[subscription.id]
        self.removed.add(subscription.id)

    def reset(self) -> None:
        """Forget the phones and what was counted; browsers stay subscribed."""
        for name, each in list(self.subscriptions.items()):
            each.accepted = 0
            each.answered.clear()
            if isinstance(each.receiver, Phone):
                del self.subscriptions[name]

    def note(self, connection: Any) -> None:
        """Count a connection when it is first used."""
        if connection not in self.connections:
            self.connections = {each for each in self.connections if not each.is_closing()}
            self.connections.add(connection)
            self.connections_total += 1

    def counts(self) -> dict[str, Any]:
        """Of all subscriptions that there are."""
        answered: Counter[str] = Counter()
        for each in self.subscriptions.values():
            answered += each.answered
        accepted = [each.accepted for each in self.subscriptions.values()]
        return {
            "subscriptions": len(accepted),
            "accepted": sum(accepted),
            "max_per_subscription": max(accepted, default=0),
            "answered": dict(answered),
            "connections_open": sum(not each.is_closing() for each in self.connections),
            "connections_total": self.connections_total,
        }
