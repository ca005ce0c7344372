"""One attempt to read a feed over HTTP: conditional, guarded, bounded in time and bytes."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urljoin

import aiohttp

from articles.outbound import Guard, GuardedResolver, RefusedUrlError

USER_AGENT = "Daily8/1.0 (news app; feed reader)"
ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
MOVED = {301, 302, 303, 307, 308}
CHALLENGES = (b"challenge-platform", b"cf-chl-", b"_Incapsula_Resource", b"captcha-delivery")
CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost us. Bytes are counted after decompression."""

    seconds: float = 20
    bytes: int = 10_000_000
    redirects: int = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A feed's address and the validators of the last answer, to be echoed byte for byte."""

    url: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    body: bytes
    url: str
    """Where the body came from in the end."""
    etag: str
    last_modified: str
    content_type: str
    max_age: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NotModified:
    max_age: timedelta | None


class FetchError(Exception):
    """The feed was not read. `reason` is a short word for machines and editors alike."""

    def __init__(
        self, reason: str, status: int | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


def make_session(guard: Guard, limits: Limits = Limits()) -> aiohttp.ClientSession:
    """A session without cookies whose connections go to checked addresses only."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=GuardedResolver(guard), limit_per_host=1, use_dns_cache=False
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT, "Accept": ACCEPT},
        timeout=aiohttp.ClientTimeout(total=limits.seconds),
    )


async def fetch(
    session: aiohttp.ClientSession,
    guard: Guard,
    request: Request,
    limits: Limits = Limits(),
) -> Fetched | NotModified:
    """Raises FetchError, whatever goes wrong."""
    headers = {
        name: value
        for name, value in (
            ("If-None-Match", request.etag),
            ("If-Modified-Since", request.last_modified),
        )
        if value
    }
    try:
        return await follow(session, guard, request.url, headers, limits)
    except RefusedUrlError as error:
        raise FetchError("refused_address") from error
    except TimeoutError as error:
        raise FetchError("timeout") from error
    except (aiohttp.ClientError, ValueError, OSError) as error:
        raise FetchError(f"connection: {type(error).__name__}") from error


async def follow(
    session: aiohttp.ClientSession,
    guard: Guard,
    url: str,
    headers: dict[str, str],
    limits: Limits,
) -> Fetched | NotModified:
    """Redirects are followed by hand, since each address must be checked again."""
    async with asyncio.timeout(limits.seconds):
        for _ in range(limits.redirects + 1):
            guard.check_url(url)
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                target = response.headers.get("Location", "")
                if response.status in MOVED and target:
                    url = urljoin(url, target)
                    continue
                return await read(response, url, limits)
    raise FetchError("too_many_redirects")


async def read(response: aiohttp.ClientResponse, url: str, limits: Limits) -> Fetched | NotModified:
    headers = response.headers
    if response.status == HTTPStatus.NOT_MODIFIED:
        return NotModified(max_age=read_max_age(headers.get("Cache-Control", "")))
    body = await read_body(response, limits.bytes)
    if response.status != HTTPStatus.OK:
        is_wall = "cf-mitigated" in headers or any(mark in body for mark in CHALLENGES)
        reason = "bot_wall" if is_wall else f"http_status {response.status}"
        raise FetchError(reason, response.status, read_retry_after(headers.get("Retry-After", "")))
    return Fetched(
        body=body,
        url=url,
        etag=headers.get("ETag", ""),
        last_modified=headers.get("Last-Modified", ""),
        content_type=headers.get("Content-Type", ""),
        max_age=read_max_age(headers.get("Cache-Control", "")),
    )


async def read_body(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The body in pieces, so that one that lies about its length or unpacks to more is cut off."""
    body = bytearray()
    async for piece in response.content.iter_chunked(CHUNK):
        body += piece
        if len(body) > most:
            raise FetchError("too_large", response.status)
    return bytes(body)


def read_max_age(cache_control: str) -> timedelta | None:
    for part in cache_control.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "max-age" and value.strip('"').isdigit():
            return timedelta(seconds=min(int(value.strip('"')), 31_536_000))
    return None


def read_retry_after(value: str) -> timedelta | None:
    """Seconds or a date (RFC 9110, section 10.2.3); at most a day is believed."""
    if value.strip().isdigit():
        return timedelta(seconds=min(int(value), 86_400))
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(timedelta(0), until - datetime.now(UTC)), timedelta(days=1))
