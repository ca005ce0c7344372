"""A phone with the app on it: registers over the public API as a real app does, then listens."""

import json
import secrets
import threading
import urllib.error
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

TAG = "NagornoKarabakh"
NIGHT = range(1, 6)  # hours on the clock of somebody who sleeps
CITIES = (
    *("Asia/Tokyo", "Asia/Dhaka", "Asia/Yerevan", "Europe/Paris", "Atlantic/Azores"),
    *("America/Sao_Paulo", "America/Chicago", "Pacific/Honolulu", "Pacific/Auckland"),
)


@dataclass(frozen=True)
class Owner:
    """Whose phone it is: where its owner is, and when the owner sleeps."""

    label: str
    zone: str
    quiet_start: str = "00:00"
    quiet_end: str = "00:00"


AWAKE = Owner("demo phone", "Asia/Yerevan")


def make_sleeper(now: datetime) -> Owner:
    """Somebody with the quiet hours of a new reader, in a city where it is night."""
    zone = next(city for city in CITIES if now.astimezone(ZoneInfo(city)).hour in NIGHT)
    city = zone.partition("/")[2].replace("_", " ")
    return Owner(f"phone in {city}, where it is night", zone, "22:00", "07:00")


def ask(method: str, url: str, body: object = None, secret: str = "") -> Any:
    """JSON over HTTP; None for an answer without a body."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)  # noqa: S310 - loopback
    request.add_header("Content-Type", "application/json")
    if secret:
        request.add_header("Authorization", f"Bearer {secret}")
    with urllib.request.urlopen(request, timeout=70) as answer:  # noqa: S310 - loopback
        return json.loads(answer.read() or b"null")


class Phone:
    """One phone. What it is called is kept in a file, so that a restart makes no second one."""

    def __init__(self, path: Path, site: str, emulator: str, owner: Owner = AWAKE) -> None:
        self.owner = owner
        self.api, self.emulator = f"{site}/api/v1", emulator
        self.path = path
        self.shown: Counter[str] = Counter()
        """How many messages of each story have arrived since the start."""
        self.state: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        self.state.setdefault("device", str(uuid.uuid4()))
        self.state.setdefault("address", f"demo-phone-{secrets.token_hex(16)}")

    def register(self) -> None:
        """Open a session, state the device, its zone, the quiet hours and no cap, and follow."""
        if not self.has_session():
            opened = ask("POST", f"{self.api}/sessions", {"label": self.owner.label})
            self.state["secret"] = opened["secret"]
            self.state["device"] = str(uuid.uuid4())
        self.path.touch(mode=0o600)
        self.path.write_text(json.dumps(self.state))
        device = {
            "platform": "android",
            "app_version": "1.0",
            "locale": "en",
            "zone": self.owner.zone,
            "address_kind": "fcm_token",
            "address": self.state["address"],
        }
        quiet = {
            "zone": self.owner.zone,
            "quiet_start": self.owner.quiet_start,
            "quiet_end": self.owner.quiet_end,
        }
        self.put(f"devices/{self.state['device']}", device)
        self.put("preferences", {**quiet, "daily_cap": 0, "gap_minutes": 0})
        self.put(f"follows/{TAG}", {"level": "all"})
        address = f"{self.emulator}/emulator/phones/{self.state['address']}"
        ask("PUT", address, {"label": f"{self.owner.label.capitalize()}, follows #{TAG}"})

    def has_session(self) -> bool:
        if "secret" not in self.state:
            return False
        try:
            ask("GET", f"{self.api}/follows", secret=self.state["secret"])
        except urllib.error.HTTPError:
            return False  # another database by now
        return True

    def put(self, path: str, body: object) -> None:
        ask("PUT", f"{self.api}/{path}", body, self.state["secret"])

    def read_inbox(self) -> list[dict[str, Any]]:
        """The reader's alerts, newest first, each with how it stands."""
        found: list[dict[str, Any]] = ask("GET", f"{self.api}/alerts", secret=self.state["secret"])[
            "results"
        ]
        return found

    def listen(self, show: Callable[[dict[str, Any]], None]) -> None:
        """Call `show` with every message that arrives, from a thread."""
        threading.Thread(target=self.wait_for_messages, args=(show,), daemon=True).start()

    def wait_for_messages(self, show: Callable[[dict[str, Any]], None]) -> None:
        address = f"{self.emulator}/emulator/phones/{self.state['address']}"
        after = 0
        while True:
            try:
                arrived = ask("GET", f"{address}/next?after={after}&timeout=30")
            except (urllib.error.URLError, OSError):
                return  # the demo is stopping
            if arrived:
                after = arrived["seq"]
                self.shown[arrived["message"].get("data", {}).get("story", "")] += 1
                show(arrived["message"])
