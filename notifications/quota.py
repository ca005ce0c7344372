"""The project's one rate limit over all workers, the shared pause, and the daily cap, in Redis.

All of it may be lost: a flush allows one burst and one more day's cap. Where Redis is away, each
worker keeps to its share of the rate and nobody is capped.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from redis import Redis, RedisError

logger = logging.getLogger(__name__)

# A virtual clock that runs ahead by n / rate for n permits and may be `burst` seconds ahead (GCRA).
# Times come from Redis: the clocks of workers do not matter.
TAKE = """
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1e6
local pause = redis.call('PTTL', KEYS[2])
if pause > 0 then return tostring(pause / 1000) end
local ahead = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local next = ahead + tonumber(ARGV[1]) / tonumber(ARGV[2])
local wait = ahead - now - tonumber(ARGV[3])
if wait > 0 then return tostring(wait) end
redis.call('SET', KEYS[1], string.format('%.6f', next), 'PX', 60000)
return '0'
"""

# Asking twice for one alert counts once, so a retry is not a second alert of the day.
CAP = """
local allowed = {}
for i, key in ipairs(KEYS) do
  local cap = tonumber(ARGV[1 + i])
  if redis.call('SISMEMBER', key, ARGV[1]) == 1 then
    allowed[i] = 1
  elseif redis.call('SCARD', key) < cap then
    redis.call('SADD', key, ARGV[1])
    redis.call('EXPIRE', key, 172800)
    allowed[i] = 1
  else
    allowed[i] = 0
  end
end
return allowed
"""
BURST_SECONDS = 0.1


@dataclass
class Quota:
    """Permits to send. One per process."""

    redis: Redis
    rate: float
    workers: int
    local_ahead: float = field(default=0.0)

    def __post_init__(self) -> None:
        self.take_script = self.redis.register_script(TAKE)
        self.cap_script = self.redis.register_script(CAP)

    def take(self, count: int) -> float:
        """0 when `count` messages may be sent now, else the seconds to wait before asking again."""
        try:
            answer: Any = self.take_script(
                keys=["push:ahead", "push:pause"], args=[count, self.rate, BURST_SECONDS]
            )
        except RedisError:
            return self.take_share(count)
        return float(answer)

    def take_share(self, count: int) -> float:
        """The same from this worker's share of the rate, without asking anyone."""
        now = time.monotonic()
        ahead = max(self.local_ahead, now)
        if ahead - now > BURST_SECONDS:
            return ahead - now - BURST_SECONDS
        self.local_ahead = ahead + count / (self.rate / self.workers)
        return 0

    def pause(self, length: timedelta) -> None:
        """Stop every worker for at least this long: the provider asked for it."""
        milliseconds = max(1, int(length.total_seconds() * 1000))
        self.local_ahead = time.monotonic() + length.total_seconds()
        try:
            if self.redis.pttl("push:pause") < milliseconds:
                self.redis.set("push:pause", 1, px=milliseconds)
        except RedisError:
            logger.warning("pause kept by one worker only: Redis is away")

    def count_against_caps(self, alert_id: UUID, caps: Iterable[tuple[str, int]]) -> list[bool]:
        """Whether each (reader and local day, cap) may have this alert; counted if so."""
        asked = list(caps)
        if not asked:
            return []
        try:
            answers: Any = self.cap_script(
                keys=[f"push:day:{day}" for day, _ in asked],
                args=[alert_id.hex, *(cap for _, cap in asked)],
            )
        except RedisError:
            return [True] * len(asked)
        return [bool(answer) for answer in answers]


@cache
def get_quota() -> Quota:
    """The process's quota, made on first use in the worker that sends."""
    redis = Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    return Quota(redis=redis, rate=settings.PUSH_RATE, workers=settings.PUSH_WORKERS)
