"""One attempt to read a feed over HTTP: conditional, guarded, bounded in time and bytes.

libcurl does what is hard: TLS, HTTP/2, compression, connections kept. The rules are here.
"""

import socket
import ssl
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from time import monotonic
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import certifi
import pycurl

from articles.feeds.headers import Headers, read_retry_after
from articles.outbound import Guard, RefusedUrlError

USER_AGENT = "Daily8/1.0 (news app; feed reader)"
ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
FORM = "application/x-www-form-urlencoded"
MOVED = {301, 302, 303, 307, 308}
FOR_GOOD = {301, 308}
PLAIN = "/%:@!$&'()*+,;=~"  # what may stand in a path as it is (RFC 3986, section 3.3)
CHALLENGES = (b"challenge-platform", b"cf-chl-", b"_Incapsula_Resource", b"captcha-delivery")

OPTIONS: tuple[tuple[int, Any], ...] = (
    (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
    (pycurl.PROXY, ""),  # whatever the environment says: the guard sees the address that is asked
    (pycurl.NOSIGNAL, 1),  # libcurl in a thread
    (pycurl.ACCEPT_ENCODING, ""),  # all that libcurl can unpack
    (pycurl.USERAGENT, USER_AGENT),
    (pycurl.CAINFO, ssl.get_default_verify_paths().cafile or certifi.where()),
)
HEADERS_TOO_LARGE = 100  # CURLE_TOO_LARGE, which pycurl has no name for
TROUBLES = {
    HEADERS_TOO_LARGE: "too_large",
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_COULDNT_RESOLVE_HOST: "connection: its name is unknown",
    pycurl.E_COULDNT_CONNECT: "connection: nobody answers",
    pycurl.E_PARTIAL_FILE: "connection: cut short",
    pycurl.E_GOT_NOTHING: "connection: closed without an answer",
    pycurl.E_RECV_ERROR: "connection: broken off",
    pycurl.E_SEND_ERROR: "connection: broken off",
    pycurl.E_BAD_CONTENT_ENCODING: "connection: its compression is broken",
    pycurl.E_PEER_FAILED_VERIFICATION: "connection: its certificate is not trusted",
    pycurl.E_SSL_CONNECT_ERROR: "connection: it speaks no TLS that we know",
    pycurl.E_UNSUPPORTED_PROTOCOL: "connection: it does not speak HTTP",
}


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

    def lines(self) -> list[bytes]:
        """Header lines. Characters beyond a byte were never a server's: they match nothing."""
        named = (
            ("Accept", self.accept),
            ("If-None-Match", self.etag),
            ("If-Modified-Since", self.last_modified),
        )
        return [f"{name}: {value}".encode("latin-1", "replace") for name, value in named if value]


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


def fetch(guard: Guard, request: Request, limits: Limits = Limits()) -> Fetched | NotModified:
    """Raises FetchError, whatever goes wrong."""
    answer = perform(Transfer(guard, limits), request)
    if isinstance(answer, Fetched | NotModified):
        return answer
    raise answer


def post(guard: Guard, url: str, body: bytes, content_type: str, limits: Limits = Limits()) -> int:
    """The status of a POST. Redirects are followed with the body, whatever their number: hubs mean
    it so. Raises FetchError where no answer comes.
    """
    transfer = Transfer(guard, limits)
    transfer.handle.setopt(pycurl.POST, 1)
    transfer.handle.setopt(pycurl.POSTFIELDS, body)
    transfer.more = [f"Content-Type: {content_type}".encode(), b"Expect:"]
    answer = perform(transfer, Request(url=url, accept="*/*"))
    if isinstance(answer, FetchError) and answer.status is None:
        raise answer
    return transfer.status


def perform(transfer: "Transfer", request: Request) -> Fetched | NotModified | FetchError:
    answer: Fetched | NotModified | FetchError | None = transfer.begin(request)
    while answer is None:
        code = pycurl.E_OK
        try:
            transfer.handle.perform()
        except pycurl.error as error:
            code = int(error.args[0])
        answer = transfer.end(code)
    transfer.close()
    return answer


class Transfer:
    """A curl handle, and the request that it carries now through all redirects.

    Redirects are followed by hand, since each address must be checked again.
    """

    def __init__(self, guard: Guard, limits: Limits) -> None:
        self.guard, self.limits = guard, limits
        self.more: list[bytes] = []
        """Header lines of every request."""
        self.opened: list[socket.socket] = []
        """Sockets of which curl has made copies for itself."""
        self.handle = pycurl.Curl()
        for option, value in OPTIONS:
            self.handle.setopt(option, value)
        self.handle.setopt(pycurl.OPENSOCKETFUNCTION, self.open_socket)
        self.handle.setopt(pycurl.HEADERFUNCTION, self.take_header)
        self.handle.setopt(pycurl.WRITEFUNCTION, self.take_body)

    def begin(self, request: Request) -> FetchError | None:
        """Ready to be performed, unless there is something wrong with it already."""
        self.until = monotonic() + self.limits.seconds
        self.moved_to, self.is_for_good, self.hops = "", True, 0
        self.handle.setopt(pycurl.HTTPHEADER, request.lines() + self.more)
        return self.aim(request.url)

    def aim(self, url: str) -> FetchError | None:
        left = self.until - monotonic()
        if left <= 0:
            return FetchError("timeout")
        try:
            self.guard.check_url(url)
            self.host, plain = as_asked(url)
            self.handle.setopt(pycurl.URL, plain)
        except RefusedUrlError:
            return FetchError("refused_address")
        except ValueError:
            return FetchError("connection: its address is no address")
        self.url, self.status, self.is_refused = url, 0, False
        self.lines: list[bytes] = []
        self.is_head_read = False
        self.body = bytearray()
        self.handle.setopt(pycurl.TIMEOUT_MS, int(left * 1000) + 1)
        return None

    def open_socket(self, _: int, to: Any) -> socket.socket | int:
        """Where connections may go is decided here, on the very address that a name led to: there
        is nothing behind it that could be told otherwise.
        """
        address, port = to.addr[:2]
        if not self.guard.may_connect(self.host, address, port):
            self.is_refused = True
            return pycurl.SOCKET_BAD
        opened = socket.socket(to.family, to.socktype, to.protocol)
        self.opened.append(opened)
        return opened

    def take_header(self, line: bytes) -> None:
        """Interim answers come first (RFC 9110, section 15.2), trailers last: neither is kept."""
        if line.startswith(b"HTTP/"):
            self.lines.clear()
            self.is_head_read = False
            self.status = int(line.split(maxsplit=2)[1])
        elif not line.strip():
            self.is_head_read = True
        elif not self.is_head_read:
            self.lines.append(line)

    def take_body(self, piece: bytes) -> int | None:
        """In pieces, so that a body that lies about its length or unpacks to more is cut off."""
        if self.status in MOVED:
            return 0  # nobody needs it, and it may be endless
        self.body += piece
        return 0 if len(self.body) > self.limits.bytes else None

    def end(self, code: int) -> Fetched | NotModified | FetchError | None:
        """What came of it, by curl's code; None where it goes on at another address."""
        self.close_copied()
        if self.is_refused:
            return FetchError("refused_address")
        if len(self.body) > self.limits.bytes:
            return FetchError("too_large", self.status)
        headers = Headers.from_lines(self.lines)
        target = headers.first("location")
        if self.status in MOVED and target and self.is_head_read:
            return self.follow(target)
        if code and self.status not in MOVED:
            return FetchError(TROUBLES.get(code, f"connection: curl {code}"))
        return self.read(headers)

    def follow(self, target: str) -> FetchError | None:
        self.hops += 1
        if self.hops > self.limits.redirects:
            return FetchError("too_many_redirects")
        try:
            url = urljoin(self.url, as_text(target))
        except ValueError:
            return FetchError("connection: its redirect is no address")
        self.is_for_good = self.is_for_good and self.status in FOR_GOOD
        self.moved_to = url if self.is_for_good else self.moved_to
        return self.aim(url)

    def close_copied(self) -> None:
        while self.opened:
            self.opened.pop().close()

    def close(self) -> None:
        self.close_copied()
        self.handle.close()

    def read(self, headers: Headers) -> Fetched | NotModified | FetchError:
        if self.status == HTTPStatus.NOT_MODIFIED:
            return NotModified(max_age=headers.max_age())
        body, self.body = bytes(self.body), bytearray()
        if self.status != HTTPStatus.OK:
            is_wall = "cf-mitigated" in headers.values or any(mark in body for mark in CHALLENGES)
            reason = "bot_wall" if is_wall else f"http_status {self.status}"
            return FetchError(reason, self.status, read_retry_after(headers.first("retry-after")))
        return Fetched(
            body=body,
            url=self.url,
            moved_to=self.moved_to,
            etag=headers.first("etag"),
            last_modified=headers.first("last-modified"),
            content_type=headers.first("content-type"),
            link=headers.joined("link"),
            max_age=headers.max_age(),
        )


def as_asked(url: str) -> tuple[str, str]:
    """The host, and the URL in ASCII, put together from the very parts that the guard looked at: no
    other reading of the text can lead elsewhere. Raises ValueError.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host.encode("idna").decode()
    port = f":{parts.port}" if parts.port else ""
    path = quote(parts.path or "/", safe=PLAIN)
    query = "?" * bool(parts.query) + quote(parts.query, safe=PLAIN + "?[]")
    return host, f"{parts.scheme}://{name}{port}{path}{query}"


def as_text(target: str) -> str:
    """A Location, which some servers send in UTF-8, and not in ASCII."""
    try:
        return target.encode("latin-1").decode()
    except UnicodeDecodeError:
        return target
