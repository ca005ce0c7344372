"""One POST after the other to push services, over kept-alive connections. Knows no Django.

Endpoints are URLs that clients gave us: every connection, reopened ones included, passes the guard,
and a redirect is an answer like any other.
"""

import http.client
import select
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from articles.outbound import Guard, connect
from notifications.webpush.vapid import DEFAULT_PORTS, origin_of

TIMEOUT = 10  # seconds for one answer
IDLE = 50  # seconds after which the other side may have closed a connection
MOST_IDLE = 64  # connections; beyond that the one idle for longest is closed
MOST_READ = 4096  # bytes of an answer; those of push services are a line


class UnreachableError(Exception):
    """Nothing was sent: no connection came about."""


class NoAnswerError(Exception):
    """Something was sent and no answer came: it may have arrived. The text names the cause."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after: str
    body: bytes


class Connection(http.client.HTTPConnection):
    """Connects to addresses that the guard lets through and to no others."""

    def __init__(self, guard: Guard, url: SplitResult, tls: ssl.SSLContext) -> None:
        port = url.port or DEFAULT_PORTS[url.scheme]
        super().__init__(url.hostname or "", port, timeout=TIMEOUT)
        self.guard = guard
        self.tls = tls if url.scheme == "https" else None
        if self.tls:
            self.default_port = http.client.HTTPS_PORT  # which the Host header leaves out
        self.idle_since = 0.0

    def connect(self) -> None:
        self.sock = connect(self.guard, self.host, self.port, TIMEOUT)
        if self.tls:
            self.sock = self.tls.wrap_socket(self.sock, server_hostname=self.host)

    def is_fresh(self) -> bool:
        """Whether the other side has neither closed it nor had the time to want to."""
        if self.sock is None or time.monotonic() - self.idle_since > IDLE:
            return False
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return not poll.poll(0)  # what is readable before we ask is an end or a surprise


class Wire:
    """Kept-alive connections, as many to an origin as threads ask at once."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.tls = ssl.create_default_context()
        self.idle: list[tuple[str, Connection]] = []
        self.lock = threading.Lock()

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Raises RefusedUrlError, UnreachableError or NoAnswerError."""
        self.guard.check_url(url)
        connection = self.take(url)
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path or "/", body, headers)
            response = connection.getresponse()
            answer = Answer(
                response.status, response.getheader("Retry-After", ""), response.read(MOST_READ)
            )
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise NoAnswerError(type(error).__name__) from error
        if response.isclosed():
            self.give(url, connection)
        else:
            connection.close()  # rather than read on in what no push service says
        return answer

    def take(self, url: str) -> Connection:
        """An idle connection or a new one. Raises RefusedUrlError or UnreachableError."""
        origin = origin_of(url)
        while connection := self.take_idle(origin):
            if connection.is_fresh():
                return connection
            connection.close()
        connection = Connection(self.guard, urlsplit(url), self.tls)
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise UnreachableError(str(error)) from error
        return connection

    def take_idle(self, origin: str) -> Connection | None:
        with self.lock:
            for at in reversed(range(len(self.idle))):
                if self.idle[at][0] == origin:
                    return self.idle.pop(at)[1]
        return None

    def give(self, url: str, connection: Connection) -> None:
        connection.idle_since = time.monotonic()
        with self.lock:
            self.idle.append((origin_of(url), connection))
            surplus = [self.idle.pop(0)[1] for _ in range(len(self.idle) - MOST_IDLE)]
        for each in surplus:
            each.close()

    def close(self) -> None:
        with self.lock:
            idle, self.idle = self.idle, []
        for _, connection in idle:
            connection.close()
