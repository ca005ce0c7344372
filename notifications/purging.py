"""Verb: let the CDN forget pages, so that phones do not open stale ones."""

import logging
from collections.abc import Iterable
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

from articles.feeds.fetch import FORM, FetchError, Limits, post
from articles.outbound import Guard

logger = logging.getLogger(__name__)

PURGE = Limits(seconds=3)


def purge_pages(links: Iterable[str]) -> None:
    """By a POST to CDN_PURGE_URL for each. What fails is logged: better a stale page than no
    alert.
    """
    parts = urlsplit(settings.CDN_PURGE_URL)
    port = parts.port or {"http": 80}.get(parts.scheme, 443)
    # The operator named this server; it may well stand in a private network.
    guard = Guard(allow_private=frozenset({f"{parts.hostname}:{port}"}))
    for link in links:
        url = settings.CDN_PURGE_URL.replace("{url}", quote(link, safe=""))
        try:
            status = post(guard, url, urlencode({"url": link}).encode(), FORM, PURGE)
        except FetchError as error:
            logger.warning("page not purged", extra={"link": link, "reason": error.reason})
        else:
            logger.info("page purged", extra={"link": link, "status": status})
