"""How often an app may ask: a limit for each session, and for each address that has none.

A process counts by itself until somebody has asked it for a tenth of what is allowed; from then on
the count is shared in Redis. So most requests cost no look-up, which would be dearer than the rest
of them. Where Redis is away nobody is limited.
"""

import logging
import threading
import time
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from redis import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from articles.pace import connect

logger = logging.getLogger(__name__)
LEFT = "daily8.rate_limit"  # in the request's META: what the headers of its answer say
FREE_SHARE = 10
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


@dataclass(frozen=True, slots=True)
class Policy:
    """So many requests in a window of so many seconds."""

    name: str
    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class State:
    """What is left of a window, in the words of draft-ietf-httpapi-ratelimit-headers-10."""

    policy: Policy
    remaining: int
    resets_in: int

    def as_headers(self) -> dict[str, str]:
        name = self.policy.name
        return {
            "RateLimit-Policy": f'"{name}";q={self.policy.count};w={self.policy.seconds}',
            "RateLimit": f'"{name}";r={self.remaining};t={self.resets_in}',
        }


class Counter:
    """How many requests this process has seen of each client in the windows that go on."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.windows: dict[Policy, int] = {}
        self.counts: dict[Policy, dict[str, int]] = {}

    def forget(self) -> None:
        self.windows.clear()

    def count(self, policy: Policy, who: str, now: int) -> tuple[int, int]:
        """Requests of a client in this window, this one included; seconds to the next."""
        window, spent = divmod(now, policy.seconds)
        with self.lock:
            if self.windows.get(policy) != window:
                self.windows[policy], self.counts[policy] = window, {}
            counts = self.counts[policy]
            counts[who] = own = counts.get(who, 0) + 1
        free = policy.count // FREE_SHARE
        if own > free:
            # What was not shared so far is shared with the first request above the free ones.
            own = share(policy, f"{who}:{window}", own if own == free + 1 else 1)
        return own, policy.seconds - spent


COUNTER = Counter()


def share(policy: Policy, key: str, amount: int) -> int:
    """Add to the count that all processes share; the count."""
    with connect().pipeline(transaction=False) as pipe:
        pipe.incrby(f"rate:{policy.name}:{key}", amount)
        pipe.expire(f"rate:{policy.name}:{key}", policy.seconds)
        count: int = pipe.execute()[0]
    return count


class Limit(BaseThrottle):
    """The one throttle of all endpoints. A view may name another policy for its POST."""

    resets_in = 0

    def allow_request(self, request: Request | HttpRequest, view: object = None) -> bool:
        """Count the request, and note on it what is left for the headers of the answer."""
        caller = getattr(request, "auth", None)  # a session, or the claim to be one
        scope = getattr(view, "post_policy", None) if request.method == "POST" else None
        if scope is None:
            scope = "session" if caller else "address"
        policy = read_policy(scope, settings.API_RATES[scope])
        if caller and scope == "session":
            who = bytes(caller.secret_hash).hex()
        else:
            who = self.get_ident(request) or ""  # type: ignore[arg-type]  # headers will do
        try:
            count, self.resets_in = COUNTER.count(policy, who, int(time.time()))
        except RedisError:
            logger.warning("Redis is away: requests are not limited")
            return True
        request.META[LEFT] = State(policy, max(0, policy.count - count), self.resets_in)
        return count <= policy.count

    def wait(self) -> float:
        return self.resets_in


@cache
def read_policy(name: str, rate: str) -> Policy:
    """From "600/minute"."""
    count, _, window = rate.partition("/")
    return Policy(name, int(count), SECONDS[window])
