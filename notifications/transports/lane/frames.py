"""Frames of HTTP/2: their layout, their names, their errors (RFC 9113, sections 4, 6 and 7)."""

import struct
from enum import IntEnum
from typing import Final

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # section 3.4

# Plain integers: comparing with members of an enum would cost more than reading the frame.
DATA: Final = 0x0
HEADERS: Final = 0x1
PRIORITY: Final = 0x2
RST_STREAM: Final = 0x3
SETTINGS: Final = 0x4
PUSH_PROMISE: Final = 0x5
PING: Final = 0x6
GOAWAY: Final = 0x7
WINDOW_UPDATE: Final = 0x8
CONTINUATION: Final = 0x9

ACK: Final = 0x1
END_STREAM: Final = 0x1
END_HEADERS: Final = 0x4
PADDED: Final = 0x8
WITH_PRIORITY: Final = 0x20

HEADER_SIZE: Final = 9
MAX_STREAM_ID: Final = (1 << 31) - 1
MAX_WINDOW: Final = (1 << 31) - 1
FIRST_WINDOW: Final = 65_535  # of the connection and of each stream (section 6.9.2)
LEAST_FRAME: Final = 16_384  # every peer takes frames of this size (section 4.2)
MOST_FRAME: Final = (1 << 24) - 1

# Length (24 bits, as two fields), type, flags, reserved bit and stream id (section 4.1).
HEADER: Final = struct.Struct(">HBBBL")


class Code(IntEnum):
    """Why a stream or a connection ends (section 7)."""

    NO_ERROR = 0x0
    PROTOCOL_ERROR = 0x1
    INTERNAL_ERROR = 0x2
    FLOW_CONTROL_ERROR = 0x3
    SETTINGS_TIMEOUT = 0x4
    STREAM_CLOSED = 0x5
    FRAME_SIZE_ERROR = 0x6
    REFUSED_STREAM = 0x7
    CANCEL = 0x8
    COMPRESSION_ERROR = 0x9
    CONNECT_ERROR = 0xA
    ENHANCE_YOUR_CALM = 0xB
    INADEQUATE_SECURITY = 0xC
    HTTP_1_1_REQUIRED = 0xD


class ProtocolError(Exception):
    """The peer broke a rule that ends the connection (section 5.4.1)."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(f"{code.name}: {reason}")
        self.code = code


class StreamError(Exception):
    """The peer broke a rule that ends one stream (section 5.4.2)."""

    def __init__(self, stream_id: int, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.stream_id, self.code = stream_id, code


def name_code(number: int) -> str:
    """A code's name; codes that nobody knows yet are allowed (section 7)."""
    try:
        return Code(number).name
    except ValueError:
        return f"0x{number:X}"


def pack(kind: int, flags: int, stream_id: int, payload: bytes = b"") -> bytes:
    length = len(payload)
    return HEADER.pack(length >> 8, length & 0xFF, kind, flags, stream_id) + payload


def pack_head(kind: int, flags: int, length: int) -> bytes:
    """A frame's header without its stream: length, type, flags (section 4.1)."""
    return (length << 16 | kind << 8 | flags).to_bytes(5, "big")


def pack_number(kind: int, stream_id: int, number: int) -> bytes:
    """RST_STREAM and WINDOW_UPDATE hold nothing but one number (sections 6.4 and 6.9)."""
    return pack(kind, 0, stream_id, number.to_bytes(4, "big"))


def pack_goaway(code: Code) -> bytes:
    """No stream of the server's was ever followed, so the last one is 0 (section 6.8)."""
    return pack(GOAWAY, 0, 0, code.to_bytes(8, "big"))


def read_number(payload: bytes, what: str) -> int:
    if len(payload) != 4:  # noqa: PLR2004 - octets of a 32-bit number
        raise ProtocolError(Code.FRAME_SIZE_ERROR, f"{what} of {len(payload)} bytes")
    return int.from_bytes(payload, "big")


def unpad(flags: int, payload: bytes) -> bytes:
    """The payload without padding (section 6.1) and, in HEADERS, the priority (section 6.2)."""
    skip = 1 if flags & PADDED else 0
    end = len(payload) - (payload[0] if flags & PADDED and payload else 0)
    if flags & WITH_PRIORITY:
        skip += 5
    if skip > end:
        raise ProtocolError(Code.PROTOCOL_ERROR, "padding longer than its frame")
    return payload[skip:end]
