"""A POST that is sent again with its Idempotency-Key is answered again, not done again.

Answers are kept for a day in Redis. They may hold a new session's secret, so they are encrypted
with the key that the client made, and of that only a digest is kept.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from redis import RedisError

from backend.api import make_problem

KEY = re.compile(r"[\x21-\x7e]{16,255}")
KEEP = 86_400
MAY_DIFFER = {401, 429, 500, 502, 503, 504}
PATIENCE = 60  # seconds after which a request that never ended may be sent again
WRONG_KEY = "An Idempotency-Key has 16 to 255 visible ASCII characters; a UUID will do."
OTHER_BODY = "This Idempotency-Key came with another body before: make a new one."
IN_PROGRESS = "The first request with this Idempotency-Key is not answered yet."
Kept = tuple[bytes, int, str, bytes]


@dataclass(frozen=True)
class Attempt:
    """A request with its key."""

    request: HttpRequest
    key: str

    @cached_property
    def place(self) -> str:
        """Where its answer is kept: nobody else finds it, who has another secret or key."""
        who = self.request.headers.get("Authorization", "")
        parts = (who, self.request.path, self.key)
        return "answer:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @cached_property
    def body(self) -> bytes:
        return hashlib.sha256(self.request.body).digest()

    @cached_property
    def box(self) -> Fernet:
        digest = hashlib.sha256(f"{settings.SECRET_KEY}\n{self.key}".encode()).digest()
        return Fernet(base64.urlsafe_b64encode(digest))

    def begin(self) -> Kept | None:
        """What is known of an earlier attempt; None where this is the first."""
        if cache.add(self.place, (self.body, 0, "", b""), PATIENCE):
            return None
        kept: Kept | None = cache.get(self.place)
        return kept

    def keep(self, response: HttpResponse) -> None:
        """Keep an answer that would come out the same again; forget one that may not."""
        if response.status_code in MAY_DIFFER:
            cache.delete(self.place)
            return
        sealed = self.box.encrypt(response.content)
        content_type = response.headers.get("Content-Type", "")
        cache.set(self.place, (self.body, response.status_code, content_type, sealed), KEEP)

    def repeat(self, kept: Kept) -> HttpResponse:
        body, status, content_type, sealed = kept
        if body != self.body:
            return make_problem(422, OTHER_BODY)
        if not status:
            return make_problem(409, IN_PROGRESS, {"Retry-After": "1"})
        headers = {"Idempotency-Replayed": "true"}
        content = self.box.decrypt(sealed)
        return HttpResponse(content, content_type, status, headers=headers)


class Idempotency:
    """Where Redis is away, requests are done as if they had no key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")  # `headers` would be made for it alone
        if request.method != "POST" or key is None:
            return self.get_response(request)
        if not KEY.fullmatch(key):
            return make_problem(400, WRONG_KEY)
        attempt = Attempt(request, key)
        try:
            kept = attempt.begin()
        except RedisError:
            return self.get_response(request)
        if kept:
            return attempt.repeat(kept)
        response = self.get_response(request)
        if isinstance(response, HttpResponse):
            attempt.keep(response)
        return response
