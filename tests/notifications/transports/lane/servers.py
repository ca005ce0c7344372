"""Servers that behave as told, in threads of this process, and what a client is asked to send."""

import contextlib
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings

from notifications.transports.lane import Request
from notifications.transports.lane.frames import GOAWAY, pack

FIELDS = (
    (":method", "POST"),
    (":scheme", "https"),
    (":authority", "fcm.example"),
    (":path", "/v1/projects/p/messages:send"),
    ("content-type", "application/json"),
)
BODY = b'{"message": {"token": "phone-of-a-reader"}}'
ANSWER = b'{"name": "projects/p/messages/1"}'


def requests(count: int, body: bytes = BODY) -> Iterator[Request[int]]:
    return (Request(number, FIELDS, body) for number in range(count))


class Guest:
    """One connection as the server has it. `seen` are the bodies of all requests of the server."""

    def __init__(self, link: socket.socket, seen: "Counter[bytes]") -> None:
        self.link, self.seen = link, seen
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.bodies: dict[int, bytes] = {}

    def begin(self, **settings: int) -> None:
        wish = {"MAX_CONCURRENT_STREAMS": 100, **settings}
        values = {SettingCodes[name]: value for name, value in wish.items()}
        self.h2.local_settings = Settings(client=False, initial_values=values)
        self.h2.initiate_connection()
        self.flush()

    def flush(self) -> None:
        self.link.sendall(self.h2.data_to_send())

    def events(self) -> Iterator[Event]:
        """Until the client leaves."""
        while received := self.link.recv(1 << 16):
            yield from self.h2.receive_data(received)
            self.flush()

    def requests(self) -> Iterator[int]:
        """The ids of streams whose request is whole."""
        for event in self.events():
            if isinstance(event, RequestReceived):
                self.bodies[event.stream_id] = b""
            elif isinstance(event, DataReceived):
                self.bodies[event.stream_id] += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, StreamEnded):
                self.seen[self.bodies.pop(event.stream_id)] += 1
                yield event.stream_id

    def answer(self, stream_id: int, status: int = 200, body: bytes = ANSWER) -> None:
        self.h2.send_headers(stream_id, [(":status", str(status)), ("server", "test")])
        self.h2.send_data(stream_id, body, end_stream=True)

    def leave(self, last: int) -> None:
        """GOAWAY, behind the back of h2, which would not answer any more."""
        self.flush()
        self.link.sendall(pack(GOAWAY, 0, 0, struct.pack(">LL", last, 0)))

    def reset(self) -> None:
        """Close as a crash does: what is on the way is thrown away."""
        self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.link.close()


Behaviour = Callable[[Guest], Any]


class Server:
    """Listens on loopback; each connection is a thread that does as it is told."""

    def __init__(self, behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.behaviour, self.tls = behaviour, tls
        self.seen: Counter[bytes] = Counter()
        self.guests: list[Guest] = []
        self.errors: list[Exception] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self) -> None:
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.host, args=(link,), daemon=True).start()

    def host(self, link: socket.socket) -> None:
        # Clients leave in the middle of things: that is what many of these tests are about.
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            if self.tls:
                link = self.tls.wrap_socket(link, server_side=True)
            stack.enter_context(link)
            guest = Guest(link, self.seen)
            self.guests.append(guest)
            try:
                self.behaviour(guest)
            except (AssertionError, ProtocolError) as error:
                self.errors.append(error)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)
        for guest in self.guests:
            with contextlib.suppress(OSError):
                guest.link.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def serving(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(behaviour, tls)
    try:
        yield server
    finally:
        server.close()
    assert server.errors == []


def answer_all(guest: Guest) -> None:
    guest.begin()
    for stream_id in guest.requests():
        guest.answer(stream_id)
