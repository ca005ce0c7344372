"""Whether a publisher lets robots read a page (RFC 9309). Rules are kept in Redis for a day."""

from http import HTTPStatus
from urllib.parse import urlsplit

from django.core.cache import cache
from protego import Protego

from articles.feeds.fetch import USER_AGENT, Answer, Fetched, FetchError, Request

KEPT, KEPT_AFTER_ERROR = 24 * 3600, 3600  # seconds
MOST_BYTES = 500 * 1024  # section 2.5: at least so much is read
ALL, NOTHING = "", "User-agent: *\nDisallow: /"


def robots_request(url: str) -> Request:
    parts = urlsplit(url)
    return Request(url=f"{parts.scheme}://{parts.netloc}/robots.txt", accept="text/plain, */*")


def find_rules(url: str) -> str | None:
    """What is known of the rules for an address; None where robots.txt is to be read first."""
    rules: str | None = cache.get(key_of(url))
    return rules


def keep_rules(url: str, answer: Answer) -> str:
    """Section 2.3.1: no file allows everything, a server in trouble allows nothing."""
    rules, seconds = NOTHING, KEPT_AFTER_ERROR
    if isinstance(answer, Fetched):
        rules, seconds = answer.body[:MOST_BYTES].decode("utf-8", "replace"), KEPT
    elif isinstance(answer, FetchError) and answer.status is not None:
        is_missing = HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
        rules, seconds = (ALL, KEPT) if is_missing else (rules, seconds)
    cache.set(key_of(url), rules, seconds)
    return rules


def is_allowed(rules: str, url: str) -> bool:
    return bool(Protego.parse(rules).can_fetch(url, USER_AGENT.split("/")[0]))


def key_of(url: str) -> str:
    parts = urlsplit(url)
    return f"robots:{parts.scheme}://{parts.netloc}"
