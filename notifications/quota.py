"""The project's one rate limit over all workers, the shared pause, and what each reader has been
told, in Redis.

All of it may be lost: a flush allows one burst and one more day's cap. Where Redis is away, each
worker keeps to its share of the rate and nobody is held back.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

BURST_SECONDS = 0.1
NORMAL_SHARE = 0.7  # of the rate: the rest is left for breaking news, which never queues
RAMP_START = 0.1  # of the rate, after a minute without a message
HALVED = 60_000  # milliseconds, after the pause
LONGEST_PAUSE = timedelta(minutes=10)

# Virtual clocks that run ahead by n / rate for n permits and may be `burst` seconds ahead (GCRA):
# one for all messages, one for those that are not breaking. Times come from Redis: the clocks of
# workers do not matter. FCM asks senders to get faster over a minute:
# https://firebase.google.com/docs/cloud-messaging/scale-fcm
TAKE = """
local pause = redis.call('PTTL', KEYS[3])
if pause > 0 then return tostring(pause / 1000) end
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1e6
local count, rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local share, ramp, start = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
if ramp > 0 then
  local begun = tonumber(redis.call('GET', KEYS[4]) or now)
  rate = rate * math.min(1, start + (1 - start) * (now - begun) / ramp)
  if count > 0 then redis.call('SET', KEYS[4], string.format('%.6f', begun), 'PX', 60000) end
end
if redis.call('EXISTS', KEYS[5]) == 1 then rate = rate / 2 end
local clocks = {{KEYS[1], rate}}
if share < 1 then clocks[2] = {KEYS[2], rate * share} end
local wait = 0
for _, clock in ipairs(clocks) do
  clock[3] = math.max(tonumber(redis.call('GET', clock[1]) or '0'), now)
  wait = math.max(wait, clock[3] - now - burst)
end
if count >= 0 and (wait > 0 or count == 0) then return tostring(wait) end
for _, clock in ipairs(clocks) do
  redis.call('SET', clock[1], string.format('%.6f', clock[3] + count / clock[2]), 'PX', 60000)
end
return '0'
"""
# A provider that names no time is waited for twice as long each time it refuses. Workers that are
# refused in one storm count once.
PAUSE = """
local left = redis.call('PTTL', KEYS[1])
local wish = tonumber(ARGV[1])
if wish == 0 then
  if left > 0 then return left end
  local strikes = redis.call('INCR', KEYS[2])
  wish = math.min(tonumber(ARGV[2]) * 2 ^ (strikes - 1), tonumber(ARGV[3]))
  redis.call('PEXPIRE', KEYS[2], wish * 2 + 60000)
end
if wish > left then redis.call('SET', KEYS[1], 1, 'PX', wish) return wish end
return left
"""
# What a reader was told in the last two days, by time. Asking twice about one story counts once, so
# neither a retry nor an update is a second alert of the day.
ADMIT = """
local answers = {}
local at = tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
  local cap, gap = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  local answer = ''
  if not redis.call('ZSCORE', key, ARGV[1]) then
    if gap > 0 and redis.call('ZCOUNT', key, '(' .. at - gap, '(' .. at + gap) > 0 then
      answer = 'gap'
    elseif cap > 0 and redis.call('ZCOUNT', key, ARGV[3 * i + 2], '+inf') >= cap then
      answer = 'cap'
    elseif ARGV[1] ~= '' then
      redis.call('ZADD', key, at, ARGV[1])
      redis.call('ZREMRANGEBYSCORE', key, '-inf', at - 172800)
      redis.call('EXPIRE', key, 172800)
    end
  end
  answers[i] = answer
end
return answers
"""


class Limits(NamedTuple):
    """What a reader allows: alerts since `midnight` (seconds of the epoch), seconds between two."""

    reader_id: UUID
    cap: int
    gap: int
    midnight: float


@dataclass
class Quota:
    """Permits to send. One per process."""

    redis: Redis
    rate: float
    workers: int
    ramp: float = 0
    local_ahead: float = field(default=0.0)

    def __post_init__(self) -> None:
        self.take_script = self.redis.register_script(TAKE)
        self.pause_script = self.redis.register_script(PAUSE)
        self.admit_script = self.redis.register_script(ADMIT)

    def take(self, count: int, *, is_breaking: bool = False) -> float:
        """0 when `count` messages may be sent now, else the seconds to wait before asking again.

        A count below 0 gives back what was granted and not used.
        """
        share = 1 if is_breaking else NORMAL_SHARE
        try:
            answer: Any = self.take_script(
                keys=["push:ahead", "push:ahead:normal", "push:pause", "push:begun", "push:halved"],
                args=[count, self.rate, BURST_SECONDS, share, self.ramp, RAMP_START],
            )
        except RedisError:
            return self.take_share(count)
        return float(answer)

    def take_share(self, count: int) -> float:
        """The same from this worker's share of the rate, without asking anyone."""
        now = time.monotonic()
        ahead = max(self.local_ahead, now)
        if count >= 0 and ahead - now > BURST_SECONDS:
            return ahead - now - BURST_SECONDS
        self.local_ahead = ahead + count / (self.rate / self.workers)
        return 0

    def pause(
        self, wish: timedelta | None, first: timedelta, *, is_overload: bool = False
    ) -> timedelta:
        """Stop every worker: as long as the provider asked for, else `first`, doubling each time;
        how long it is from now. After an overload the rate is halved for a minute.
        """
        asked, least, most = (
            int(each.total_seconds() * 1000)
            for each in (wish or timedelta(0), first, LONGEST_PAUSE)
        )
        try:
            answer: Any = self.pause_script(
                keys=["push:pause", "push:strikes"], args=[asked, least, most]
            )
            length = timedelta(milliseconds=float(answer))
            if is_overload:
                self.redis.set("push:halved", 1, px=HALVED + int(answer))
        except RedisError:
            logger.warning("pause kept by one worker only: Redis is away")
            length = wish or first
        self.local_ahead = time.monotonic() + length.total_seconds()
        return length

    def begin_sweep(self, seconds: float, *, is_late: bool = False) -> bool:
        """Note that somebody sweeps, every `seconds`; with `is_late` only where nobody has for
        longer than that, else False.
        """
        try:
            return bool(self.redis.set("push:swept", 1, px=int(1500 * seconds), nx=is_late))
        except RedisError:
            return False

    def admit(
        self, mark: str, at: float, readers: Sequence[Limits], *, of: str = "told"
    ) -> list[str]:
        """For each reader "" where this alert may come, and is counted; else "cap" or "gap".

        `mark`: what counts once, however often it is told, "" to ask without being counted; `at`:
        when, in seconds of the epoch; `of`: what is counted together.
        """
        if not readers:
            return []
        limits = [value for _, cap, gap, day in readers for value in (cap, gap, day)]
        keys = [f"push:{of}:{each.reader_id.hex}" for each in readers]
        try:
            answers: Any = self.admit_script(keys=keys, args=[mark, at, *limits])
        except RedisError:
            return [""] * len(readers)
        return [answer.decode() for answer in answers]


@cache
def get_quota() -> Quota:
    """The process's quota, made on first use in the worker that sends."""
    # Without the client's own retries, which would hold a lease for seconds where Redis is away.
    redis = Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 0),
    )
    return Quota(redis, settings.PUSH_RATE, settings.PUSH_WORKERS, settings.PUSH_RAMP)
