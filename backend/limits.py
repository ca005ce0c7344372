"""How often an app may ask: a limit for each session, and for each address that has none.

The count of a window is in Redis, one round trip a request. Where Redis is away nobody is limited.
"""

import logging
import time
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from redis import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from articles.models import Session
from articles.pace import connect

logger = logging.getLogger(__name__)
LEFT = "daily8.rate_limit"  # in the request's META: what the headers of its answer say
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


class Limit(BaseThrottle):
    """The one throttle of all endpoints. A view may name another policy for its POST."""

    resets_in = 0

    def allow_request(self, request: Request, view: object) -> bool:
        """Count the request, and note on it what is left for the headers of the answer."""
        scope = getattr(view, "post_policy", None) if request.method == "POST" else None
        if scope is None:
            scope = "session" if isinstance(request.auth, Session) else "address"
        policy = read_policy(scope, settings.API_RATES[scope])
        who = request.auth.pk if scope == "session" else self.get_ident(request)
        try:
            count, self.resets_in = count_request(policy, str(who))
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


def count_request(policy: Policy, who: str) -> tuple[int, int]:
    """How many requests there were in this window, this one included; seconds to the next."""
    window, spent = divmod(int(time.time()), policy.seconds)
    key = f"rate:{policy.name}:{who}:{window}"
    with connect().pipeline(transaction=False) as pipe:
        pipe.incr(key)
        pipe.expire(key, policy.seconds)
        count: int = pipe.execute()[0]
    return count, policy.seconds - spent
