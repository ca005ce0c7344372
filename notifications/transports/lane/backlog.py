"""Request bodies that wait for room in the server's windows (RFC 9113, sections 5.2 and 6.9).

A message to FCM fits into any usual window at once and never comes here.
"""

from dataclasses import dataclass

from notifications.transports.lane.frames import (
    DATA,
    END_STREAM,
    MAX_WINDOW,
    Code,
    ProtocolError,
    StreamError,
    pack,
)


@dataclass(slots=True)
class Unsent:
    """What is left of a body, and how much of it its stream's window allows."""

    body: bytes
    window: int


class Backlog:
    """The streams whose body has not gone out in full, the oldest first."""

    def __init__(self) -> None:
        self.streams: dict[int, Unsent] = {}

    def add(self, stream_id: int, body: bytes, window: int) -> None:
        self.streams[stream_id] = Unsent(body, window)

    def drop(self, stream_id: int) -> bool:
        return self.streams.pop(stream_id, None) is not None

    def shift(self, difference: int) -> None:
        """The first window has changed, which moves those of open streams, even below zero
        (section 6.9.2).
        """
        for unsent in self.streams.values():
            unsent.window += difference
            if unsent.window > MAX_WINDOW:
                raise ProtocolError(Code.FLOW_CONTROL_ERROR, "a window over its limit")

    def widen(self, stream_id: int, increment: int) -> None:
        """Raise a stream's window, as far as there is a use for it (sections 6.9 and 6.9.1)."""
        if not increment:
            raise StreamError(stream_id, Code.PROTOCOL_ERROR, "a WINDOW_UPDATE of nothing")
        unsent = self.streams.get(stream_id)
        if unsent:
            unsent.window += increment
            if unsent.window > MAX_WINDOW:
                raise StreamError(stream_id, Code.FLOW_CONTROL_ERROR, "a window over its limit")

    def release(self, window: int, most_frame: int) -> tuple[list[bytes], int]:
        """The frames that may go now, and what is left of the connection's window."""
        frames = []
        for stream_id, unsent in list(self.streams.items()):
            while unsent.body:
                size = min(len(unsent.body), unsent.window, window, most_frame)
                if size <= 0:
                    break
                part, unsent.body = unsent.body[:size], unsent.body[size:]
                unsent.window -= size
                window -= size
                frames.append(pack(DATA, 0 if unsent.body else END_STREAM, stream_id, part))
            if not unsent.body:
                del self.streams[stream_id]
        return frames, window
