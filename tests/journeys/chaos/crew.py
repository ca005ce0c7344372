"""An alert to many phones, the workers that send it, and what is done to them."""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet, Sum
from django.db.models.functions import Now
from django.utils import timezone

from articles.models import Tag
from notifications import alerts, releasing
from notifications.models import Alert, Batch, Device
from tests import make
from tests.crowd import make_crowd
from tests.processes import Emulator, environment, kill, wait_until, worker

IN_FLIGHT = 200
"""Messages under way in one process: what its death may repeat."""
RATE = 2000
"""Messages a second, of which alerts that are not breaking get 70 %: how long a test takes is then
not a matter of the machine."""
LEASE = 2
CALM = 20
"""A lease that no busy machine outlasts: where nobody is killed, nothing may be repeated."""
PATIENCE = 240


def variables(emulator: Emulator, **changes: object) -> dict[str, str]:
    """A worker that heals within seconds, told its limits as an operator would."""
    usual: dict[str, object] = {
        **emulator.variables(),
        "PUSH_IN_FLIGHT": IN_FLIGHT,
        "PUSH_RATE": RATE,
        "PUSH_RAMP": 0,
        "PUSH_LEASE": LEASE,
        "PUSH_SWEEP_EVERY": 0.5,
        "FCM_CONNECTIONS": 4,
        "DATABASE_POOL": 3,
        "LOG_LEVEL": "CRITICAL",
    }
    return environment(**usual | changes)


@contextlib.contextmanager
def working(
    env: dict[str, str], queues: str = "push", size: int = 2
) -> Iterator["subprocess.Popen[str]"]:
    """A worker of `size` processes while the block runs."""
    process = worker(env, queues, size)
    try:
        yield process
    finally:
        kill(process)


def start_alert(size: int, *, per_batch: int = 1000, tag: Tag | None = None) -> Alert:
    """An alert to a crowd, planned and not yet handed to anybody: a sweep finds it."""
    tag = tag or make.tag()
    make_crowd(size, tag)
    return alert_about(tag, per_batch=per_batch)


def alert_about(tag: Tag, *, per_batch: int = 1000, is_breaking: bool = False) -> Alert:
    now = timezone.now()
    article = make.article(tags=[tag], published_at=now)
    story = make.story_of(article)
    story.is_breaking = is_breaking
    story.save()
    with pytest.MonkeyPatch.context() as patch:
        # As many batches as a large audience has, so that all workers have something to do.
        patch.setattr(releasing, "READERS_PER_BATCH", per_batch)
        alerts.plan_alerts([story.pk], now)
    return Alert.objects.get(story=story)


def figures(emulator: Emulator, alert: Alert) -> dict[str, Any]:
    """What the provider saw of one alert."""
    none = {"calls": 0, "accepted": 0, "duplicates": 0, "first_at": 0, "last_at": 0}
    seen: dict[str, Any] = emulator.ask("GET", "/emulator/alerts").get(str(alert.pk), none)
    return seen | {"reached": seen["accepted"] - seen["duplicates"]}


def reached(emulator: Emulator, alert: Alert, least: int) -> Callable[[], bool]:
    return lambda: figures(emulator, alert)["reached"] >= least


def state_of(alert: Alert) -> str:
    alert.refresh_from_db()
    return alert.state


def is_stopped(alert: Alert) -> bool:
    """No longer sending, and nobody holds a batch of it."""
    holding = Batch.objects.filter(alert=alert, lease_until__gt=Now())
    return state_of(alert) != Alert.State.SENDING and not holding.exists()


def is_over(alert: Alert) -> bool:
    return state_of(alert) not in {*Alert.LIVE} - {Alert.State.PAUSED}


def finish(alert: Alert, seconds: float = PATIENCE) -> None:
    wait_until(lambda: is_over(alert), seconds)
    assert alert.state == Alert.State.SENT, alert.stop_reason


def recorded(alert: Alert) -> int:
    """How many messages the batches say were accepted."""
    return Batch.objects.filter(alert=alert).aggregate(n=Sum("accepted_count"))["n"] or 0


def children(process: "subprocess.Popen[str]") -> list[int]:
    """The worker's processes that send."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process.pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def kill_child(process: "subprocess.Popen[str]") -> int:
    """kill -9 for one process that sends, as the kernel does when memory is short: how many."""
    alive = children(process)
    if not alive:
        return 0
    with contextlib.suppress(ProcessLookupError):
        os.kill(random.choice(alive), signal.SIGKILL)
        return 1
    return 0


def freeze(process: "subprocess.Popen[str]") -> None:
    os.killpg(process.pid, signal.SIGSTOP)


def thaw(process: "subprocess.Popen[str]") -> None:
    os.killpg(process.pid, signal.SIGCONT)


def meanwhile(alert: Alert, act: Callable[[], object], every: float, most: int = 1000) -> int:
    """Do something again and again at random moments until the alert is over: how often."""
    times, end = 0, time.monotonic() + PATIENCE
    while not is_over(alert) and time.monotonic() < end:
        time.sleep(random.uniform(0.5, 1.5) * every)
        if times < most and not is_over(alert):
            act()
            times += 1
    return times


def find_faketime() -> str:
    """The library that shifts the clock of a process, "" where it is not installed."""
    return str(next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), ""))


def devices_of(tag: Tag) -> QuerySet[Device]:
    """The phones of those who follow a tag, in the order of sending."""
    return Device.objects.filter(reader__follows__tag=tag).order_by("shard", "reader")
