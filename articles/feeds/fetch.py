"""One attempt to read a feed over HTTP: conditional, guarded, bounded in time and bytes."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from queue import SimpleQueue
from time import perf_counter
from urllib.parse import urljoin

import aiohttp
import uvloop

from articles.outbound import Guard, GuardedResolver, RefusedUrlError

USER_AGENT = "Daily8/1.0 (news app; feed reader)"
ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
MOVED = {301, 302, 303, 307, 308}
FOR_GOOD = {301, 308}
CHALLENGES = (b"challenge-platform", b"cf-chl-", b"_Incapsula_Resource", b"captcha-delivery")
CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost us. Bytes are counted after decompression."""

    seconds: float = 20
    bytes: int = 10_000_000
    redirects: int = 5
    at_once: int = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """An address and the validators of the last answer, to be echoed byte for byte."""

    url: str
    etag: str = ""
    last_modified: str = ""
    accept: str = ACCEPT


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    body: bytes
    url: str
    """Where the body came from in the end."""
    moved_to: str
    """Where it is for good, by 301 and 308 alone; "" where nothing of the kind was said."""
    etag: str
    last_modified: str
    content_type: str
    link: str
    """The Link headers, joined by commas (RFC 8288, section 3)."""
    max_age: timedelta | None
    """How long the answer is good for, by Cache-Control or else Expires."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotModified:
    max_age: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PutOff:
    """Not asked, since its host has just asked to be left alone."""

    wait: timedelta


class FetchError(Exception):
    """Nothing was read. `reason` is a short word for machines and editors alike."""

    def __init__(
        self, reason: str, status: int | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


Answer = Fetched | NotModified | PutOff | FetchError
Answers = SimpleQueue[tuple[Request, Answer, int] | None]


def fetch_all(
    queues: Sequence[Sequence[Request]], guard: Guard, gap: float = 0, limits: Limits = Limits()
) -> Iterator[tuple[Request, Answer, int]]:
    """Answers as they come, with the milliseconds that each took.

    One queue a host: its requests go one after the other, `gap` seconds apart; queues go side by
    side. The requests run in a thread of their own, so that the caller may work meanwhile; at most
    `limits.at_once` are on their way, or wait for the caller with a body.
    """
    answers: Answers = SimpleQueue()
    loop = uvloop.new_event_loop()
    slots = asyncio.Semaphore(limits.at_once)

    def run() -> None:
        with suppress(asyncio.CancelledError), asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(ask_all(queues, guard, gap, limits, slots, answers))

    thread = threading.Thread(target=run, name="fetch", daemon=True)
    thread.start()
    try:
        while answer := answers.get():
            yield answer
            if isinstance(answer[1], Fetched):
                with suppress(RuntimeError):  # the last answers outlive the loop
                    loop.call_soon_threadsafe(slots.release)
    finally:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(cancel_all, loop)
        thread.join()


async def ask_all(
    queues: Sequence[Sequence[Request]],
    guard: Guard,
    gap: float,
    limits: Limits,
    slots: asyncio.Semaphore,
    answers: Answers,
) -> None:
    async def ask_in_turn(session: aiohttp.ClientSession, queue: Sequence[Request]) -> None:
        wait = None
        for number, request in enumerate(queue):
            if number and gap and not wait:
                await asyncio.sleep(gap)
            await slots.acquire()
            begun = perf_counter()
            try:
                answer: Answer = (
                    PutOff(wait=wait) if wait else await fetch(session, guard, request, limits)
                )
            except FetchError as error:
                answer, wait = error, error.retry_after
            answers.put((request, answer, int((perf_counter() - begun) * 1000)))
            if not isinstance(answer, Fetched):  # whose body the caller has yet to take
                slots.release()

    try:
        async with make_session(guard, limits) as session, asyncio.TaskGroup() as group:
            for queue in queues:
                group.create_task(ask_in_turn(session, queue))
    finally:
        answers.put(None)


def cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()


def make_session(guard: Guard, limits: Limits = Limits()) -> aiohttp.ClientSession:
    """A session without cookies whose connections go to checked addresses only."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=GuardedResolver(guard), limit_per_host=1, use_dns_cache=False
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT},
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
            ("Accept", request.accept),
            ("If-None-Match", request.etag),
            ("If-Modified-Since", request.last_modified),
        )
        if value
    }
    with named_troubles():
        return await follow(session, guard, request.url, headers, limits)


async def follow(
    session: aiohttp.ClientSession,
    guard: Guard,
    url: str,
    headers: dict[str, str],
    limits: Limits,
) -> Fetched | NotModified:
    """Redirects are followed by hand, since each address must be checked again."""
    moved_to, is_for_good = "", True
    async with asyncio.timeout(limits.seconds):
        for _ in range(limits.redirects + 1):
            guard.check_url(url)
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                target = response.headers.get("Location", "")
                if response.status in MOVED and target:
                    url = urljoin(url, target)
                    is_for_good = is_for_good and response.status in FOR_GOOD
                    moved_to = url if is_for_good else moved_to
                    continue
                return await read(response, url, moved_to, limits)
    raise FetchError("too_many_redirects")


async def post_form(guard: Guard, url: str, form: dict[str, str], limits: Limits = Limits()) -> int:
    """The status of a POST. Redirects are followed with the form, whatever their number: hubs mean
    it so. Raises FetchError where no answer comes.
    """
    with named_troubles():
        async with make_session(guard, limits) as session, asyncio.timeout(limits.seconds):
            for _ in range(limits.redirects + 1):
                guard.check_url(url)
                async with session.post(url, data=form, allow_redirects=False) as response:
                    target = response.headers.get("Location", "")
                    if response.status not in MOVED or not target:
                        return response.status
                    url = urljoin(url, target)
    raise FetchError("too_many_redirects")


@contextmanager
def named_troubles() -> Iterator[None]:
    """Whatever keeps an answer from coming, as FetchError."""
    try:
        yield
    except RefusedUrlError as error:
        raise FetchError("refused_address") from error
    except TimeoutError as error:
        raise FetchError("timeout") from error
    except (aiohttp.ClientError, ValueError, OSError) as error:
        raise FetchError(f"connection: {type(error).__name__}") from error


async def read(
    response: aiohttp.ClientResponse, url: str, moved_to: str, limits: Limits
) -> Fetched | NotModified:
    headers = response.headers
    max_age = read_max_age(headers.get("Cache-Control", ""))
    if max_age is None:
        max_age = read_expires(headers.get("Expires", ""), headers.get("Date", ""))
    if response.status == HTTPStatus.NOT_MODIFIED:
        return NotModified(max_age=max_age)
    body = await read_body(response, limits.bytes)
    if response.status != HTTPStatus.OK:
        is_wall = "cf-mitigated" in headers or any(mark in body for mark in CHALLENGES)
        reason = "bot_wall" if is_wall else f"http_status {response.status}"
        raise FetchError(reason, response.status, read_retry_after(headers.get("Retry-After", "")))
    return Fetched(
        body=body,
        url=url,
        moved_to=moved_to,
        etag=headers.get("ETag", ""),
        last_modified=headers.get("Last-Modified", ""),
        content_type=headers.get("Content-Type", ""),
        link=", ".join(headers.getall("Link", [])),
        max_age=max_age,
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
            return timedelta(seconds=min(int(value.strip('"')[:12]), 31_536_000))
    return None


def read_expires(expires: str, date: str) -> timedelta | None:
    """How far Expires is ahead of the server's own clock (RFC 9111, section 4.2.1)."""
    try:
        wait = parsedate_to_datetime(expires) - parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return None
    return min(max(timedelta(0), wait), timedelta(days=365))


def read_retry_after(value: str) -> timedelta | None:
    """Seconds or a date (RFC 9110, section 10.2.3); at most a day is believed."""
    seconds = value.strip()
    if seconds.isascii() and seconds.isdigit():
        return timedelta(seconds=min(int(seconds[:12]), 86_400))
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(timedelta(0), until - datetime.now(UTC)), timedelta(days=1))
