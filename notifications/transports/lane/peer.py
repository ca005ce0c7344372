"""What the other side allows, which it may change at any time (RFC 9113, section 6.5)."""

import struct
from dataclasses import dataclass
from typing import Final

from notifications.transports.lane.frames import (
    FIRST_WINDOW,
    LEAST_FRAME,
    MAX_WINDOW,
    MOST_FRAME,
    Code,
    ProtocolError,
)

# Names of settings (section 6.5.2).
HEADER_TABLE_SIZE: Final = 0x1
ENABLE_PUSH: Final = 0x2
MAX_CONCURRENT_STREAMS: Final = 0x3
INITIAL_WINDOW_SIZE: Final = 0x4
MAX_FRAME_SIZE: Final = 0x5
MAX_HEADER_LIST_SIZE: Final = 0x6

SETTING: Final = struct.Struct(">HL")
UNLIMITED: Final = 1 << 32
FIRST_TABLE: Final = 4096  # bytes of a header table before anybody says otherwise


@dataclass
class Peer:
    """The other side's settings; before it speaks, the values that the RFC gives."""

    header_table_size: int = FIRST_TABLE
    max_concurrent_streams: int = UNLIMITED
    initial_window_size: int = FIRST_WINDOW
    max_frame_size: int = LEAST_FRAME
    max_header_list_size: int = UNLIMITED

    def update(self, payload: bytes) -> None:
        """Take over what a SETTINGS frame says, in its order (section 6.5.3)."""
        if len(payload) % SETTING.size:
            raise ProtocolError(Code.FRAME_SIZE_ERROR, f"SETTINGS of {len(payload)} bytes")
        for name, value in SETTING.iter_unpack(payload):
            self.set(name, value)

    def set(self, name: int, value: int) -> None:
        if name == HEADER_TABLE_SIZE:
            self.header_table_size = value
        elif name == MAX_CONCURRENT_STREAMS:
            self.max_concurrent_streams = value
        elif name == INITIAL_WINDOW_SIZE:
            if value > MAX_WINDOW:
                raise ProtocolError(Code.FLOW_CONTROL_ERROR, f"a first window of {value}")
            self.initial_window_size = value
        elif name == MAX_FRAME_SIZE:
            if not LEAST_FRAME <= value <= MOST_FRAME:
                raise ProtocolError(Code.PROTOCOL_ERROR, f"frames of {value} bytes")
            self.max_frame_size = value
        elif name == MAX_HEADER_LIST_SIZE:
            self.max_header_list_size = value
        elif name == ENABLE_PUSH and value:
            # A server may say 0 and nothing else (section 6.5.2).
            raise ProtocolError(Code.PROTOCOL_ERROR, f"ENABLE_PUSH {value} from a server")
        # What is not known is passed over (section 6.5.2).


def pack_settings(settings: dict[int, int]) -> bytes:
    return b"".join(SETTING.pack(name, value) for name, value in settings.items())
