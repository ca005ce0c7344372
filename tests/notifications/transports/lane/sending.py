"""Sending over a lane that has little patience."""

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from notifications.transports.lane import (
    OK,
    Lane,
    Patience,
)

CALM = Patience(answer=8, connect=8, backoff=0.1)
QUICK = Patience(answer=0.6, connect=0.5, silence=0.2, sign=0.2, backoff=0.1)
SECONDS = 10  # more than any patience here: a test that takes longer hangs


def open_lane(
    url: str, connections: int = 2, patience: Patience = CALM, **more: Any
) -> Lane[Any, Any]:
    return Lane(url, connections=connections, patience=patience, **more)


def send(url: str, asked: Iterable[Any], connections: int = 2, **more: Any) -> list[Any]:
    """All (key, outcome), in time."""
    lane, begun = open_lane(url, connections, **more), time.monotonic()
    try:
        return list(lane.send(asked))
    finally:
        lane.close()
        assert time.monotonic() - begun < SECONDS


def outcomes_of(sent: list[Any], count: int) -> "Counter[str]":
    """What kinds of outcomes there are, each request having exactly one."""
    assert sorted(key for key, _ in sent) == list(range(count))
    return Counter("ok" if each is OK else type(each).__name__.lower() for _, each in sent)
