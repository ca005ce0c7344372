"""Answers that are the same for everybody are kept for a moment, by each process for itself.

When an alert sends a city to one article, the database is asked for it once in five seconds instead
of each time; a moment later the answer is as fresh as ever. A view that is the same for everybody
looks at no secret, so it does not matter whether one is shown; limits count all the same.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from backend.conventions import OK, cache_seconds
from backend.limits import Limit

MOST = 32_000_000  # bytes of all that is kept
LARGEST = 100_000  # bytes of one answer
Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, until a time of the process's clock."""

    until: float
    content: bytes
    headers: dict[str, str]
    resolver_match: Any
    """What `Conventions` reads to know how long caches may keep the answer."""


class Keeping:
    """Stands behind `Conventions`, so that ETag, 304 and Cache-Control are those of any answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.lock = threading.Lock()
        self.kept: dict[Key, Kept] = {}  # the oldest first
        self.size = 0  # bytes

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        seconds = settings.API_KEEP_SECONDS
        if not seconds or request.method != "GET":
            return self.get_response(request)
        key, now = make_key(request), time.monotonic()
        kept = self.kept.get(key)
        if kept and now < kept.until and Limit().allow_request(request):
            request.resolver_match = kept.resolver_match
            return HttpResponse(kept.content, headers=kept.headers)
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and is_for_everybody(request, response):
            match, headers = request.resolver_match, dict(response.headers)
            self.keep(key, Kept(now + seconds, response.content, headers, match), now)
        return response

    def keep(self, key: Key, answer: Kept, now: float) -> None:
        with self.lock:
            self.forget(key)
            self.size += len(answer.content)
            while self.kept:
                oldest = next(iter(self.kept))
                if self.size <= MOST and now < self.kept[oldest].until:
                    break
                self.forget(oldest)
            self.kept[key] = answer

    def forget(self, key: Key) -> None:
        if old := self.kept.pop(key, None):
            self.size -= len(old.content)


def make_key(request: HttpRequest) -> Key:
    """All that an answer for everybody depends on: address, form and language. A host that is not
    ours was refused before anything could be kept for it.
    """
    meta = request.META
    names = ("HTTP_HOST", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE")
    return (request.scheme, request.path, *(meta.get(name) for name in names))


def is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        response.status_code == OK
        and len(response.content) <= LARGEST
        and cache_seconds(request) > 0
    )
