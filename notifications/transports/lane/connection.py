"""One HTTP/2 connection as its client sees it: bytes in, bytes and outcomes out (RFC 9113).

Knows no socket and no clock. Whoever has both gives it what arrived (`receive`), sends what it has
to say (`take_output`), begins requests while there is `room`, and calls `end` when the socket is
gone. Every request that was started comes back exactly once, with what became of it.

Section numbers are those of RFC 9113.
"""

from typing import Final, Generic, TypeVar

from notifications.transports.lane import frames, peer
from notifications.transports.lane.answers import HEAD_OK, Answers
from notifications.transports.lane.backlog import Backlog
from notifications.transports.lane.fields import Fields, RequestFields
from notifications.transports.lane.frames import (
    ACK,
    DATA,
    END_HEADERS,
    END_STREAM,
    HEADER,
    HEADER_SIZE,
    HEADERS,
    LEAST_FRAME,
    MAX_STREAM_ID,
    MAX_WINDOW,
    WINDOW_UPDATE,
    Code,
    ProtocolError,
    StreamError,
    name_code,
    pack,
    pack_head,
    pack_number,
)
from notifications.transports.lane.outcomes import OK, Lost, Outcome, Refused

MOST_STREAMS: Final = 100  # what FCM allows, and enough: a second connection is not dear
MOST_OWED: Final = 10_000  # acknowledgements that a server may make us write in one go
WINDOW: Final = 1 << 20  # bytes of all answers that may be under way
INDEX_OF_200: Final = 0x88  # `:status: 200` in the static table, as a field (RFC 7541, appendix A)

Ticket = TypeVar("Ticket")


class Connection(Generic[Ticket]):
    """The state of one connection. `ticket` is whatever its user knows a request by."""

    def __init__(self, most_streams: int = MOST_STREAMS) -> None:
        self.streams: dict[int, Ticket] = {}
        """Requests without an outcome, the oldest first."""
        self.requests, self.answers = RequestFields(), Answers(self.streams)
        self.backlog = Backlog()
        self.peer = peer.Peer()
        self.most_streams = most_streams
        self.next_id = 1  # a client's streams are odd (section 5.1.1)
        self.limit = 0  # of open streams; 0 while none may be opened
        self.window = frames.FIRST_WINDOW  # what we may send, all streams together
        self.easy_size = LEAST_FRAME  # of a body that goes in one frame, windows permitting
        self.consumed = 0  # bytes of answers that the server's window has not been given back
        self.owed = 0
        self.is_ready = False
        """The server's settings are known."""
        self.is_acknowledged = False
        """The server knows ours."""
        self.is_draining = False
        """No new requests; those under way may end well."""
        self.error: ProtocolError | None = None
        self.rest = b""
        self.done: list[tuple[Ticket, Outcome]] = []
        settings = {peer.HEADER_TABLE_SIZE: 0, peer.ENABLE_PUSH: 0}
        self.sizes = 0, 0  # of the fields and body of the last request, mostly those of the next
        self.head = self.middle = b""
        self.out = [
            frames.PREFACE,
            pack(frames.SETTINGS, 0, 0, peer.pack_settings(settings)),
            pack_number(WINDOW_UPDATE, 0, WINDOW - frames.FIRST_WINDOW),
        ]

    # What its user asks for

    @property
    def room(self) -> int:
        """How many requests may be started now."""
        return max(0, self.limit - len(self.streams))

    @property
    def last_started(self) -> int:
        return self.next_id - 2

    def start(self, ticket: Ticket, fields: Fields, authorization: str, body: bytes) -> None:
        """Begin a request. Those that share the very objects `fields` and `authorization` with the
        one before cost a byte a field.

        Raises TooLargeError where the server does not take so many fields.
        """
        known = self.requests
        block = known.repeatable
        if fields is not known.fields or authorization is not known.authorization or not block:
            block = known.encode(fields, authorization, self.peer.max_header_list_size)
        stream_id = self.next_id
        self.next_id = stream_id + 2
        self.streams[stream_id] = ticket
        size = len(body)
        if size <= self.easy_size and size <= self.window and len(block) <= LEAST_FRAME:
            self.window -= size
            if (len(block), size) != self.sizes:
                self.sizes = len(block), size
                self.head = pack_head(HEADERS, END_HEADERS, len(block))
                self.middle = pack_head(DATA, END_STREAM, size)
            number = stream_id.to_bytes(4, "big")
            self.out += (self.head, number, block, self.middle, number, body)
        else:
            self.start_in_parts(stream_id, block, body)
        if stream_id == MAX_STREAM_ID:  # the last there is (section 5.1.1)
            self.is_draining = True
            self.set_limit()

    def start_in_parts(self, stream_id: int, block: bytes, body: bytes) -> None:
        """A request whose fields need CONTINUATION or whose body has to wait (section 6.10)."""
        size = self.peer.max_frame_size
        parts = [block[at : at + size] for at in range(0, len(block), size)]
        for number, part in enumerate(parts):
            kind = frames.CONTINUATION if number else HEADERS
            flags = END_HEADERS if part is parts[-1] else 0
            if not body and not number:
                flags |= END_STREAM
            self.out.append(pack(kind, flags, stream_id, part))
        if body:
            self.backlog.add(stream_id, body, self.peer.initial_window_size)
            self.release()

    def receive(self, received: bytes) -> list[tuple[Ticket, Outcome]]:
        """Take in bytes; the requests that have an outcome now.

        A broken rule is no exception: it is kept as `error`, and the connection is to be closed.
        """
        self.done = []
        if self.error is None:
            try:
                self.read_frames(self.rest + received if self.rest else received)
                self.give_back_window()
            except ProtocolError as error:
                self.error, self.is_draining, self.limit = error, True, 0
                self.out.append(frames.pack_goaway(error.code))
        return self.done

    def take_output(self) -> bytes:
        """What is to be sent, once."""
        output = b"".join(self.out)
        self.out.clear()
        self.owed = 0
        return output

    def ping(self) -> None:
        """Ask for a sign of life (section 6.7)."""
        self.out.append(pack(frames.PING, 0, 0, b"are you?"))

    def cancel(self, stream_id: int) -> Ticket:
        """Forget a request; its answer may still arrive and is passed over (section 5.4.2)."""
        self.out.append(pack_number(frames.RST_STREAM, stream_id, Code.CANCEL))
        return self.forget(stream_id)

    def say_goodbye(self) -> None:
        """Tell the server that nothing more comes (section 6.8)."""
        self.is_draining = True
        self.set_limit()
        self.out.append(frames.pack_goaway(Code.NO_ERROR))

    def end(self, reason: str, sent_through: int) -> list[tuple[Ticket, Outcome]]:
        """The socket is gone: the outcomes of all requests that had none. Streams after
        `sent_through` never left.
        """
        lost, refused = Lost(reason), Refused(reason)
        unanswered: list[tuple[Ticket, Outcome]] = [
            (ticket, lost if stream_id <= sent_through else refused)
            for stream_id, ticket in self.streams.items()
        ]
        self.streams.clear()
        self.answers.heads.clear()
        self.backlog.streams.clear()
        self.is_draining, self.limit = True, 0
        return unanswered

    # Reading

    def read_frames(self, data: bytes) -> None:
        """Take apart all whole frames. The branches here are what an answer 200 consists of, by far
        the most frequent; the rest is `take`'s.

        No table of ours has room, so a block that begins with an indexed 200 cannot change
        anything by what follows, and is read no further.
        """
        at, end = 0, len(data)
        unpack, streams, done = HEADER.unpack_from, self.streams, self.done
        heads = self.answers.heads
        is_usual = self.is_usual()
        while end - at >= HEADER_SIZE:
            high, low, kind, flags, stream_id = unpack(data, at)
            length = high << 8 | low
            if length > LEAST_FRAME:  # we have not asked for more (section 4.2)
                raise ProtocolError(Code.FRAME_SIZE_ERROR, f"a frame of {length} bytes")
            begin = at + HEADER_SIZE
            if begin + length > end:
                break
            at = begin + length
            if kind == DATA and flags == END_STREAM and is_usual:
                if heads.get(stream_id) is HEAD_OK:
                    self.consumed += length
                    del heads[stream_id]
                    done.append((streams.pop(stream_id), OK))
                    continue
            elif kind == HEADERS and flags == END_HEADERS and is_usual:
                is_ok = length and data[begin] == INDEX_OF_200
                if is_ok and stream_id in streams and stream_id not in heads:
                    heads[stream_id] = HEAD_OK
                    continue
            elif kind == WINDOW_UPDATE and length == 4 and is_usual and stream_id in streams:  # noqa: PLR2004
                continue  # the body has gone out in full: it needs no window
            self.take(kind, flags, stream_id & MAX_STREAM_ID, data[begin:at])
            is_usual = self.is_usual()
        self.rest = data[at:]

    def is_usual(self) -> bool:
        """Whether a short look at a frame is enough."""
        return self.is_acknowledged and not self.answers.block and not self.backlog.streams

    def take(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        """Follow one frame. Unknown types are passed over (section 5.5)."""
        block = self.answers.block
        if block and (kind != frames.CONTINUATION or stream_id != block.stream_id):
            raise ProtocolError(Code.PROTOCOL_ERROR, "a block of fields was interrupted")  # 6.10
        if not self.is_ready and (kind != frames.SETTINGS or flags & ACK):
            raise ProtocolError(Code.PROTOCOL_ERROR, "no SETTINGS at the start")  # 3.4
        if not self.may_come(kind, stream_id):
            raise ProtocolError(Code.PROTOCOL_ERROR, f"frame {kind} on stream {stream_id}")
        taker = TAKERS.get(kind)
        if taker:
            try:
                taker(self, flags, stream_id, payload)
            except StreamError as error:
                self.reset(error)

    def may_come(self, kind: int, stream_id: int) -> bool:
        """Stream 0 is the connection; even ones are the server's, and later ones idle (5.1)."""
        if stream_id == 0:
            return kind not in ABOUT_STREAM
        is_ours = stream_id % 2 == 1 and stream_id < self.next_id
        is_known = kind in ABOUT_STREAM or kind == WINDOW_UPDATE
        return kind not in ABOUT_CONNECTION and (is_ours or not is_known)

    def take_data(self, flags: int, stream_id: int, payload: bytes) -> None:
        self.consumed += len(payload)  # padding counts, and so does a closed stream (section 6.9)
        if self.answers.take_data(flags, stream_id, payload):
            self.finish(stream_id, is_whole=bool(flags & END_STREAM))

    def take_headers(self, flags: int, stream_id: int, payload: bytes) -> None:
        if self.answers.take_headers(flags, stream_id, payload):
            self.finish(stream_id)

    def take_continuation(self, flags: int, stream_id: int, payload: bytes) -> None:
        if self.answers.take_continuation(flags, payload):
            self.finish(stream_id)

    def take_rst_stream(self, _: int, stream_id: int, payload: bytes) -> None:
        code = frames.read_number(payload, "RST_STREAM")
        if stream_id in self.streams:
            reason = f"stream reset: {name_code(code)}"
            is_refused = code == Code.REFUSED_STREAM  # 8.7
            outcome = Refused(reason) if is_refused else Lost(reason)
            self.done.append((self.forget(stream_id), outcome))

    def take_settings(self, flags: int, _: int, payload: bytes) -> None:
        if flags & ACK:
            if payload:
                raise ProtocolError(Code.FRAME_SIZE_ERROR, "SETTINGS that say and acknowledge")
            if not self.is_acknowledged:
                self.is_acknowledged = True
                self.answers.decoder.forget_table()
            return
        first_window, table = self.peer.initial_window_size, self.peer.header_table_size
        self.peer.update(payload)
        self.backlog.shift(self.peer.initial_window_size - first_window)
        if self.peer.header_table_size != table:
            self.requests.allow(self.peer.header_table_size)
        self.easy_size = min(self.peer.initial_window_size, self.peer.max_frame_size)
        self.is_ready = True
        self.owe(pack(frames.SETTINGS, ACK, 0))
        self.release()

    def take_push_promise(self, _: int, __: int, ___: bytes) -> None:
        raise ProtocolError(Code.PROTOCOL_ERROR, "a push that we do not allow")  # 8.4

    def take_ping(self, flags: int, _: int, payload: bytes) -> None:
        if len(payload) != 8:  # noqa: PLR2004 - section 6.7
            raise ProtocolError(Code.FRAME_SIZE_ERROR, f"PING of {len(payload)} bytes")
        if not flags & ACK:
            self.owe(pack(frames.PING, ACK, 0, payload))

    def take_goaway(self, _: int, __: int, payload: bytes) -> None:
        """The server leaves. Of what came after its last stream it has done nothing (6.8)."""
        if len(payload) < 8:  # noqa: PLR2004 - last stream and code
            raise ProtocolError(Code.FRAME_SIZE_ERROR, f"GOAWAY of {len(payload)} bytes")
        last = int.from_bytes(payload[:4], "big") & MAX_STREAM_ID
        reason = f"server leaves: {name_code(int.from_bytes(payload[4:8], 'big'))}"
        self.is_draining = True
        for stream_id in [each for each in self.streams if each > last]:
            self.done.append((self.forget(stream_id), Refused(reason)))
        self.set_limit()

    def take_window_update(self, _: int, stream_id: int, payload: bytes) -> None:
        increment = frames.read_number(payload, "WINDOW_UPDATE") & MAX_WINDOW
        if stream_id:
            self.backlog.widen(stream_id, increment)
        else:
            if not increment:
                raise ProtocolError(Code.PROTOCOL_ERROR, "a WINDOW_UPDATE of nothing")  # 6.9
            self.window += increment
            if self.window > MAX_WINDOW:
                raise ProtocolError(Code.FLOW_CONTROL_ERROR, "a window over its limit")  # 6.9.1
        self.release()

    # What follows

    def finish(self, stream_id: int, *, is_whole: bool = True) -> None:
        """The answer is whole, or as much of it as is kept: the rest is not wanted any more, nor
        what is left of our request (section 8.1).
        """
        if stream_id in self.backlog.streams or not is_whole:
            self.out.append(pack_number(frames.RST_STREAM, stream_id, Code.CANCEL))
        outcome = self.answers.finish(stream_id)
        self.done.append((self.forget(stream_id), outcome))

    def reset(self, error: StreamError) -> None:
        """End one stream for an error of the server's (section 5.4.2)."""
        if error.stream_id in self.streams:
            self.out.append(pack_number(frames.RST_STREAM, error.stream_id, error.code))
            self.done.append((self.forget(error.stream_id), Lost(str(error))))

    def forget(self, stream_id: int) -> Ticket:
        self.answers.heads.pop(stream_id, None)
        if self.backlog.drop(stream_id):
            self.set_limit()
        return self.streams.pop(stream_id)

    def release(self) -> None:
        """Send what waited, as far as the windows allow."""
        waiting, self.window = self.backlog.release(self.window, self.peer.max_frame_size)
        self.out += waiting
        self.set_limit()

    def set_limit(self) -> None:
        """Nothing new is begun while a body waits: it would only wait as well."""
        is_open = self.is_ready and not self.is_draining and not self.backlog.streams
        self.limit = min(self.most_streams, self.peer.max_concurrent_streams) if is_open else 0

    def give_back_window(self) -> None:
        """Let the server send on. Streams need no more than their first window, since an answer
        that would is cut short (section 6.9).
        """
        if self.consumed > WINDOW:
            raise ProtocolError(Code.FLOW_CONTROL_ERROR, "more than our window")
        if self.consumed > WINDOW // 2:
            self.out.append(pack_number(WINDOW_UPDATE, 0, self.consumed))
            self.consumed = 0

    def owe(self, acknowledgement: bytes) -> None:
        self.owed += 1
        if self.owed > MOST_OWED:
            raise ProtocolError(Code.ENHANCE_YOUR_CALM, "a flood of frames to acknowledge")  # 10.5
        self.out.append(acknowledgement)


ABOUT_CONNECTION: Final = {frames.SETTINGS, frames.PING, frames.GOAWAY}
ABOUT_STREAM: Final = {DATA, HEADERS, frames.RST_STREAM, frames.CONTINUATION}
# PRIORITY says nothing to a client and is passed over (section 5.3.2).
TAKERS: Final = {
    DATA: Connection.take_data,
    HEADERS: Connection.take_headers,
    frames.RST_STREAM: Connection.take_rst_stream,
    frames.SETTINGS: Connection.take_settings,
    frames.PUSH_PROMISE: Connection.take_push_promise,
    frames.PING: Connection.take_ping,
    frames.GOAWAY: Connection.take_goaway,
    WINDOW_UPDATE: Connection.take_window_update,
    frames.CONTINUATION: Connection.take_continuation,
}
