"""Verb: a publisher's picture, small: from the cache, or fetched once through the guard."""

import hashlib
import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.core.cache import caches

from articles.feeds.fetch import Fetched, FetchError, Limits, Request, fetch
from articles.outbound import Guard
from articles.pictures import SIZES, PictureError, shrink

logger = logging.getLogger(__name__)

ACCEPT = "image/webp, image/jpeg, image/png, image/gif;q=0.8, image/avif;q=0.7"
LIMITS = Limits(seconds=6, bytes=12_000_000, redirects=3)
KEPT = timedelta(days=30)
MISSED = timedelta(minutes=10)
PATIENCE = 4  # seconds
# The other threads of a web process go on serving pages, however slow publishers are.
AT_ONCE = threading.BoundedSemaphore(2)


class NoThumbnailError(Exception):
    """There is no such picture, now; it may be asked for again after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


def find_thumbnail(url: str, size: str) -> bytes:
    """The encoded picture. Raises NoThumbnailError, which is remembered for a while, too."""
    cache = caches["pictures"]
    key = f"{size}-{hashlib.sha256(url.encode()).hexdigest()}"
    body = cache.get(key)
    if body is None:
        if not AT_ONCE.acquire(timeout=PATIENCE):
            raise NoThumbnailError(timedelta(seconds=5))
        try:
            body = make_thumbnail(url, size)
        finally:
            AT_ONCE.release()
        cache.set(key, body, (KEPT if body else MISSED).total_seconds())
    if not body:
        raise NoThumbnailError(MISSED)
    return bytes(body)


def make_thumbnail(url: str, size: str) -> bytes:
    """Empty where the publisher has none that we would show."""
    guard = Guard(allow_private=settings.OUTBOUND_ALLOW)
    try:
        return shrink(fetch_picture(url, guard), SIZES[size])
    except (FetchError, PictureError) as error:
        logger.info("no picture", extra={"url": url, "reason": str(error)})
        return b""


def fetch_picture(url: str, guard: Guard) -> bytes:
    """Raises FetchError."""
    answer = fetch(guard, Request(url=url, accept=ACCEPT), LIMITS)
    if isinstance(answer, Fetched):
        return answer.body
    raise FetchError("no body")
