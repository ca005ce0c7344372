"""What the emulator remembers: counts for all addresses, messages for some phones, faults."""

import asyncio
import random
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

MOST_PHONES = 1000
MOST_MESSAGES = 50


@dataclass
class Phone:
    """A phone that is looked at: its last messages and what its lock screen shows."""

    label: str = ""
    seq: int = 0
    messages: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MOST_MESSAGES))
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def receive(self, message: dict[str, Any]) -> None:
        """Show an alert; one under a tag that is shown already takes its place, as on a phone."""
        self.seq += 1
        entry = {"seq": self.seq, "message": message, "received_at": time.time()}
        self.messages.append(entry)
        data = message.get("data") or {}  # null is "not given" in JSON of proto3
        if "remove" in data:
            self.shown.pop(data["remove"], None)
        elif "notification" in message:
            android = message.get("android", {}).get("notification") or {}
            tag = android.get("tag") or f"#{self.seq}"
            self.shown.pop(tag, None)
            self.shown[tag] = entry
            while len(self.shown) > MOST_MESSAGES:
                self.shown.pop(next(iter(self.shown)))
        self.arrived.set()
        self.arrived = asyncio.Event()


@dataclass
class Fault:
    """What goes wrong, how often (None: always) and with which details."""

    code: str
    times: int | None = None
    retry_after: str | None = None
    seconds: float = 0


def read_fault(value: Any) -> Fault:
    """A fault from JSON: "CODE", or an object with `fault`, `times`, `retry_after`, `seconds`."""
    if isinstance(value, str):
        return Fault(value)
    after = value.get("retry_after")
    return Fault(
        code=str(value["fault"]),
        times=value.get("times"),
        retry_after=None if after is None else str(after),
        seconds=float(value.get("seconds", 0)),
    )


class Faults:
    """Faults by address, and by share of the traffic."""

    def __init__(self) -> None:
        self.set({})

    def set(self, wish: dict[str, Any]) -> None:
        self.wish = wish
        self.addresses = {a: read_fault(v) for a, v in wish.get("addresses", {}).items()}
        self.shares = [(float(v["of"]), read_fault(v)) for v in wish.get("share", [])]
        self.latency = float(wish.get("latency_ms", 0)) / 1000
        self.random = random.Random(wish.get("seed"))  # noqa: S311 - no secret

    def find(self, address: str) -> Fault | None:
        """The fault for this request, counted down."""
        fault = self.addresses.get(address)
        if fault is None:
            point = self.random.random() if self.shares else 1
            for share, candidate in self.shares:
                point -= share
                if point < 0:
                    return candidate
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                del self.addresses[address]
        return fault


class Store:
    """Counts and phones. A million addresses cost a dict of numbers."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.phones: dict[str, Phone] = {}
        self.connections_open = self.connections_total = 0  # open: those of HTTP/2
        self.transports: set[Any] = set()  # of HTTP/1.1, which has no end to hook into
        self.reset()

    def reset(self) -> None:
        self.accepted = self.duplicates = self.number = 0
        self.answered: Counter[str] = Counter()
        self.addresses: dict[str, int] = {}
        self.told: set[int] = set()
        # Phones that somebody named stay, emptied; those that merely passed by make room.
        self.phones = {address: p for address, p in self.phones.items() if p.label}
        for phone in self.phones.values():
            phone.messages.clear()
            phone.shown.clear()

    def accept(self, address: str, message: dict[str, Any]) -> int:
        """Count a message; its number."""
        self.number += 1
        self.accepted += 1
        self.addresses[address] = self.addresses.get(address, 0) + 1
        mark = hash((address, (message.get("data") or {}).get("alert")))
        if mark in self.told:
            self.duplicates += 1
        self.told.add(mark)
        phone = self.phones.get(address)
        if phone is None and len(self.phones) < MOST_PHONES:
            phone = self.phones[address] = Phone()
        if phone is not None:
            phone.receive(message)
        return self.number

    def counts(self) -> dict[str, Any]:
        return {
            "accepted": self.accepted,
            "answered": dict(self.answered),
            "addresses": len(self.addresses),
            "max_per_address": max(self.addresses.values(), default=0),
            "duplicates": self.duplicates,
            "connections_open": self.connections_open
            + sum(not each.is_closing() for each in self.transports),
            "connections_total": self.connections_total,
        }
