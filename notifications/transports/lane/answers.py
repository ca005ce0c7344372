"""Answers on their way: fields, bodies, trailers (RFC 9113, sections 4.3, 6.10 and 8.1)."""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Final

from notifications.transports.lane import frames
from notifications.transports.lane.fields import MOST_BYTES, AnswerFields, Fields, read_status
from notifications.transports.lane.frames import (
    END_HEADERS,
    END_STREAM,
    HEADER_SIZE,
    Code,
    ProtocolError,
    StreamError,
)
from notifications.transports.lane.outcomes import OK, Answered

MOST_BODY: Final = 1 << 15  # bytes of an answer that are kept, less than a stream's first window


@dataclass(slots=True)
class Head:
    """An answer whose fields have come and whose body has not ended."""

    status: int
    fields: Fields = ()
    body: bytearray = field(default_factory=bytearray)


HEAD_OK: Final = Head(200)  # stands for every 200 whose body comes in one frame; never changed


@dataclass(slots=True)
class Block:
    """A block of fields that goes on in CONTINUATION frames (section 6.10)."""

    stream_id: int
    ends_stream: bool
    content: bytearray = field(default_factory=bytearray)
    cost: int = 0
    """Bytes that it took, frames included: a flood of empty frames is a flood (section 10.5)."""


class Answers:
    """Puts answers together. Its methods are true where a stream's answer is whole by now.

    `streams` are those that wait for an answer: of others, which were given up, fields are decoded
    all the same, since decoding has a state (section 4.3).
    """

    def __init__(self, streams: Container[int]) -> None:
        self.streams = streams
        self.heads: dict[int, Head] = {}
        self.block: Block | None = None
        self.decoder = AnswerFields()

    def take_headers(self, flags: int, stream_id: int, payload: bytes) -> bool:
        content = frames.unpad(flags, payload)
        self.block = Block(stream_id, bool(flags & END_STREAM))
        return self.add(self.block, flags, content)

    def take_continuation(self, flags: int, payload: bytes) -> bool:
        if self.block is None:
            raise ProtocolError(Code.PROTOCOL_ERROR, "CONTINUATION of nothing")  # 6.10
        return self.add(self.block, flags, payload)

    def add(self, block: Block, flags: int, content: bytes) -> bool:
        block.content += content
        block.cost += HEADER_SIZE + len(content)
        if block.cost > MOST_BYTES:
            raise ProtocolError(Code.ENHANCE_YOUR_CALM, "more fields than an answer can need")
        if not flags & END_HEADERS:
            return False
        self.block = None
        fields = self.decoder.decode(bytes(block.content))
        return block.stream_id in self.streams and self.take_fields(block, fields)

    def take_fields(self, block: Block, fields: Fields) -> bool:
        """The head of an answer, an interim one, or trailers (section 8.1)."""
        stream_id = block.stream_id
        if stream_id in self.heads:
            if not block.ends_stream or any(name.startswith(":") for name, _ in fields):
                raise StreamError(stream_id, Code.PROTOCOL_ERROR, "malformed trailers")
            return True
        status = read_status(fields)
        is_interim = status is not None and status < 200  # noqa: PLR2004 - 1xx
        if status is None or status == 101 or (is_interim and block.ends_stream):  # noqa: PLR2004
            raise StreamError(stream_id, Code.PROTOCOL_ERROR, "a malformed answer")  # 8.1.1, 8.6
        if not is_interim:
            self.heads[stream_id] = Head(status, fields)
        return block.ends_stream

    def take_data(self, flags: int, stream_id: int, payload: bytes) -> bool:
        body = frames.unpad(flags & frames.PADDED, payload)
        if stream_id not in self.streams:
            return False
        head = self.heads.get(stream_id)
        if head is None:
            raise StreamError(stream_id, Code.PROTOCOL_ERROR, "a body before its fields")  # 8.1
        if head is HEAD_OK:
            head = self.heads[stream_id] = Head(200)
        head.body += body
        return bool(flags & END_STREAM) or len(head.body) > MOST_BODY

    def finish(self, stream_id: int) -> Answered:
        head = self.heads.pop(stream_id)
        if head.status == OK.status:
            return OK
        return Answered(head.status, head.fields, bytes(head.body))
