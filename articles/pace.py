"""One request at a time to a host, over all workers, and a pause after each. Kept in Redis.

All of it may be lost: a flush allows one burst. A worker prolongs its hold of a host for as long as
it lives, so that one which was killed keeps nobody waiting.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

HELD = timedelta(seconds=10)  # a worker that died gives its hosts back after this
RENEWALS = 4  # in that time, so that a busy machine may be late with some

TAKE = """
local taken = {}
for _, key in ipairs(KEYS) do
  if redis.call('SET', key, ARGV[1], 'NX', 'PX', ARGV[2]) then taken[#taken + 1] = key end
end
return taken
"""

RENEW = """
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('PEXPIRE', key, ARGV[2]) end
end
"""

# Only the holder lets go: after HELD a host may be another worker's.
LET_GO = """
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then
    if ARGV[2] == '0' then redis.call('DEL', key)
    else redis.call('SET', key, 'pause', 'PX', ARGV[2]) end
  end
end
"""
PREFIX = "pace:"


def in_milliseconds(time: timedelta) -> int:
    return int(time.total_seconds() * 1000)


@cache
def connect() -> "Redis":
    # The client's own retries would keep a reader waiting for seconds where Redis is away. One is
    # left for a connection that was idle for too long.
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 1),
    )


@dataclass
class Pace:
    """The hosts that this worker may ask. Use it once for each batch of feeds."""

    gap: float
    """Seconds between two requests to one host."""
    token: str = field(default_factory=lambda: uuid4().hex)
    held: set[str] = field(default_factory=set)
    done: Event = field(default_factory=Event)

    def take(self, hosts: Iterable[str]) -> set[str]:
        """Those hosts that nobody else asks, and that do not want to be left alone."""
        keys = [PREFIX + host for host in dict.fromkeys(hosts)]
        if not keys:
            return set()
        found: Any = connect().eval(TAKE, len(keys), *keys, self.token, in_milliseconds(HELD))
        taken = {key.decode().removeprefix(PREFIX) for key in found}
        if taken and not self.held:
            Thread(target=self.hold, name="pace", daemon=True).start()
        self.held |= taken
        return taken

    def hold(self) -> None:
        """Prolong what is held, beside the work, until it is let go."""
        while not self.done.wait(HELD.total_seconds() / RENEWALS):
            keys = [PREFIX + host for host in self.held.copy()]
            with suppress(RedisError):  # the next time it may answer
                connect().eval(RENEW, len(keys), *keys, self.token, in_milliseconds(HELD))

    def let_go(self) -> None:
        """Let other workers ask, after the gap."""
        self.done.set()
        keys = [PREFIX + host for host in self.held]
        self.held.clear()
        if keys:
            connect().eval(LET_GO, len(keys), *keys, self.token, int(self.gap * 1000))

    def leave_alone(self, host: str, wait: timedelta) -> None:
        """Nobody asks this host for a time: what Retry-After wants."""
        self.held.discard(host)
        connect().set(PREFIX + host, "retry-after", px=max(wait, timedelta(seconds=1)))
