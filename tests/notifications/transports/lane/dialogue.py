"""A connection that has begun, and what a server may say on it."""

from collections.abc import Iterable

from hpack import Encoder

from notifications.transports.lane.connection import Connection
from notifications.transports.lane.frames import ACK, END_HEADERS, HEADERS, SETTINGS, pack
from tests.notifications.transports.lane.servers import BODY, FIELDS

TOKEN = "Bearer 0123456789"
BEGINNING = pack(SETTINGS, 0, 0) + pack(SETTINGS, ACK, 0)
OK_BLOCK = b"\x88"


def begun(count: int = 1, beginning: bytes = BEGINNING) -> Connection[int]:
    """A connection with requests 0, 1, 2 ... on streams 1, 3, 5 ..., whose bytes were sent."""
    connection = Connection[int]()
    connection.receive(beginning)
    for ticket in range(count):
        connection.start(ticket, FIELDS, TOKEN, BODY)
    connection.take_output()
    return connection


def block(*fields: tuple[str, str]) -> bytes:
    encoder = Encoder()
    encoder.header_table_size = 0
    return bytes(encoder.encode(fields)).removeprefix(b"\x20")


def head(status: str, stream_id: int = 1, flags: int = END_HEADERS) -> bytes:
    return pack(HEADERS, flags, stream_id, block((":status", status)))


def split(data: bytes, sizes: Iterable[int]) -> Iterable[bytes]:
    at = 0
    for size in sizes:
        yield data[at : at + size]
        at += size
    yield data[at:]
