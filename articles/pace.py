"""One request at a time to a host, over all workers, and a pause after each. Kept in Redis.

All of it may be lost: a flush allows one burst.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from uuid import uuid4

from django.conf import settings
from redis import Redis

HELD = timedelta(minutes=3)  # a worker that died gives its hosts back after this

# Only the holder lets go: after HELD a host may be another worker's.
LET_GO = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then redis.call('DEL', KEYS[1]) return 1 end
redis.call('SET', KEYS[1], 'pause', 'PX', ARGV[2])
return 1
"""


@cache
def connect() -> "Redis":
    return Redis.from_url(settings.REDIS_URL)


@dataclass
class Pace:
    """The hosts that this worker may ask. Use it once for each batch of feeds."""

    gap: float
    """Seconds between two requests to one host."""
    token: str = field(default_factory=lambda: uuid4().hex)
    held: set[str] = field(default_factory=set)

    def take(self, hosts: Iterable[str]) -> set[str]:
        """Those hosts that nobody else asks, and that do not want to be left alone."""
        wanted = list(dict.fromkeys(hosts))
        if not wanted:
            return set()
        pipe = connect().pipeline(transaction=False)
        for host in wanted:
            pipe.set(f"pace:{host}", self.token, nx=True, px=HELD)
        taken = {host for host, is_ours in zip(wanted, pipe.execute(), strict=True) if is_ours}
        self.held |= taken
        return taken

    def let_go(self) -> None:
        """Let other workers ask, after the gap."""
        pipe = connect().pipeline(transaction=False)
        for host in self.held:
            pipe.eval(LET_GO, 1, f"pace:{host}", self.token, int(self.gap * 1000))
        self.held.clear()
        pipe.execute()

    def leave_alone(self, host: str, wait: timedelta) -> None:
        """Nobody asks this host for a time: what Retry-After wants."""
        self.held.discard(host)
        connect().set(f"pace:{host}", "retry-after", px=max(wait, timedelta(seconds=1)))


def take_one(host: str, patience: float, gap: float) -> Pace | None:
    """Wait for one host at most `patience` seconds; None where it stays taken."""
    pace, until = Pace(gap), time.monotonic() + patience
    while not pace.take([host]):
        if time.monotonic() > until:
            return None
        time.sleep(0.05)
    return pace
