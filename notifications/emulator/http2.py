"""The emulator over HTTP/2, which is what FCM speaks (RFC 9113): over TLS by ALPN, and without TLS
to a client that knows.
"""

import argparse
import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes

from notifications.emulator.answers import Answer
from notifications.emulator.certificates import make_certificates
from notifications.emulator.exchange import Abort, Exchange

MOST_STREAMS = 100  # what FCM allows on one connection
CHUNK = 1 << 16
BEGINNING = b"PRI "


@dataclass
class Incoming:
    """A request whose body is still coming."""

    headers: dict[str, str]
    body: bytearray = field(default_factory=bytearray)


class Http2Connection:
    """One client. Streams are answered as they end, in whatever order their answers are ready."""

    def __init__(
        self, exchange: Exchange, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.exchange, self.reader, self.writer = exchange, reader, writer
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.streams: dict[int, Incoming] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        self.h2.local_settings[SettingCodes.MAX_CONCURRENT_STREAMS] = MOST_STREAMS
        self.h2.initiate_connection()
        self.flush()
        try:
            while received := await self.reader.read(CHUNK):
                for event in self.h2.receive_data(received):
                    self.take(event)
                self.flush()
        except (ProtocolError, ConnectionError, ssl.SSLError):
            pass  # the client broke the rules or left: nothing is owed to it
        finally:
            for task in self.tasks:
                task.cancel()
            self.writer.close()

    def take(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            headers = {str(name): str(value) for name, value in event.headers}
            self.streams[event.stream_id] = Incoming(headers)
        elif isinstance(event, DataReceived):
            if event.stream_id in self.streams:
                self.streams[event.stream_id].body += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            task = asyncio.create_task(self.answer(event.stream_id))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        elif isinstance(event, StreamReset):
            self.streams.pop(event.stream_id, None)
        elif isinstance(event, ConnectionTerminated):
            self.writer.close()

    async def answer(self, stream_id: int) -> None:
        incoming = self.streams.pop(stream_id, None)
        if incoming is None:
            return  # reset by the client in the meantime
        path = incoming.headers.get(":path", "").split("/")
        try:
            if len(path) != 5 or path[4] != "messages:send":  # noqa: PLR2004 - /v1/projects/P/...
                answer = Answer(404, b"{}")
            else:
                authorization = incoming.headers.get("authorization", "")
                body = bytes(incoming.body)
                answer = await self.exchange.send(path[3], authorization, body)
        except Abort:
            self.writer.transport.abort()
            return
        headers = [(":status", str(answer.status)), ("content-type", "application/json")]
        headers += [(name.lower(), value) for name, value in answer.headers.items()]
        with contextlib.suppress(ProtocolError):  # the client may have reset the stream meanwhile
            self.h2.send_headers(stream_id, headers)
            self.h2.send_data(stream_id, answer.body, end_stream=True)
        self.flush()

    def flush(self) -> None:
        pending = self.h2.data_to_send()
        if pending and not self.writer.is_closing():
            self.writer.write(pending)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def make_server(exchange: Exchange) -> Serve:
    """What asyncio calls for each connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        exchange.store.connections_total += 1
        exchange.store.connections_open += 1
        try:
            await Http2Connection(exchange, reader, writer).serve()
        finally:
            exchange.store.connections_open -= 1

    return serve


@contextlib.asynccontextmanager
async def serve_tls(exchange: Exchange, asked: argparse.Namespace) -> AsyncIterator[int]:
    """Answer over TLS while the block runs; yields the port."""
    _, certificate = make_certificates(asked.state_dir)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(["h2"])
    server = await asyncio.start_server(
        make_server(exchange), asked.host, asked.tls_port, ssl=context
    )
    async with server:
        yield int(server.sockets[0].getsockname()[1])


class Chooser(asyncio.Protocol):
    """Both versions of HTTP on one port without TLS, told apart by their first bytes: no request
    of HTTP/1.1 begins as HTTP/2 does (section 3.4).
    """

    def __init__(self, make_http1: Callable[[], asyncio.Protocol], serve_http2: Serve) -> None:
        self.make_http1, self.serve_http2 = make_http1, serve_http2
        self.seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.seen += data
        if len(self.seen) < len(BEGINNING) and BEGINNING.startswith(self.seen):
            return  # too little to tell
        if self.seen.startswith(BEGINNING):
            reader = asyncio.StreamReader()
            chosen: asyncio.Protocol = asyncio.StreamReaderProtocol(reader, self.serve_http2)
        else:
            chosen = self.make_http1()
        self.transport.set_protocol(chosen)
        chosen.connection_made(self.transport)
        chosen.data_received(self.seen)
