"""The protocol without a socket: against h2 as the server, and against frames that nobody sends."""

import struct
from dataclasses import dataclass
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded
from h2.settings import SettingCodes, Settings
from hypothesis import given
from hypothesis import strategies as st

from notifications.transports.lane import peer
from notifications.transports.lane.answers import MOST_BODY
from notifications.transports.lane.connection import WINDOW, Connection
from notifications.transports.lane.frames import (
    ACK,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    MAX_STREAM_ID,
    PADDED,
    PING,
    PRIORITY,
    RST_STREAM,
    SETTINGS,
    WINDOW_UPDATE,
    Code,
    pack,
    pack_number,
)
from notifications.transports.lane.outcomes import OK, Answered, Lost, Outcome, Refused
from tests.notifications.transports.lane.dialogue import BEGINNING, TOKEN, begun, head, split
from tests.notifications.transports.lane.servers import BODY, FIELDS

# As h2 sees us


@dataclass
class Plan:
    """What the server answers to one request."""

    status: int
    body: list[bytes]
    fields: list[tuple[str, str]]
    padding: int | None
    is_interim: bool
    has_trailers: bool
    reset: Code | None


PLANS = st.builds(
    Plan,
    status=st.sampled_from([200, 200, 200, 201, 204, 400, 401, 404, 429, 503]),
    body=st.lists(st.binary(max_size=300), max_size=3),
    fields=st.lists(
        st.tuples(st.sampled_from(["retry-after", "x-a", "x-b"]), st.text("abc019 ", max_size=20)),
        max_size=3,
    ).map(lambda fields: [(name, value.strip()) for name, value in fields]),
    padding=st.none() | st.integers(0, 255),
    is_interim=st.booleans(),
    has_trailers=st.booleans(),
    reset=st.none() | st.none() | st.sampled_from([Code.REFUSED_STREAM, Code.INTERNAL_ERROR]),
)


class H2Server:
    """Follows a plan for each request, in an order of its own."""

    def __init__(self, **settings: int) -> None:
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        values = {SettingCodes[name]: value for name, value in settings.items()}
        self.h2.local_settings = Settings(client=False, initial_values=values)
        self.h2.initiate_connection()
        self.headers: dict[int, list[Any]] = {}
        self.bodies: dict[int, bytes] = {}
        self.whole: list[int] = []

    def receive(self, received: bytes) -> None:
        for event in self.h2.receive_data(received):
            if isinstance(event, RequestReceived):
                self.headers[event.stream_id] = event.headers
                self.bodies[event.stream_id] = b""
            elif isinstance(event, DataReceived):
                self.bodies[event.stream_id] += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, StreamEnded):
                self.whole.append(event.stream_id)

    def answer(self, stream_id: int, plan: Plan) -> None:
        if plan.is_interim:
            self.h2.send_headers(stream_id, [(":status", "103"), ("link", "</a>")])
        head = [(":status", str(plan.status)), *plan.fields]
        is_bare = not plan.body and not plan.has_trailers and plan.reset is None
        self.h2.send_headers(stream_id, head, end_stream=is_bare)
        for part in plan.body:
            self.h2.send_data(stream_id, part, pad_length=plan.padding)
        if plan.reset is not None:
            self.h2.reset_stream(stream_id, plan.reset)
        elif plan.has_trailers:
            self.h2.send_headers(stream_id, [("x-end", "yes")], end_stream=True)
        elif not is_bare:
            self.h2.end_stream(stream_id)


def expected(plan: Plan) -> Outcome:
    if plan.reset is not None:
        reason = f"stream reset: {plan.reset.name}"
        return Refused(reason) if plan.reset == Code.REFUSED_STREAM else Lost(reason)
    if plan.status == 200:
        return OK
    fields = ((":status", str(plan.status)), *plan.fields)
    return Answered(plan.status, fields, b"".join(plan.body))


@given(
    plans=st.lists(PLANS, min_size=1, max_size=20),
    sizes=st.lists(st.integers(1, 60), max_size=80),
    order=st.randoms(use_true_random=False),
    window=st.sampled_from([0, 10, 1000, 65_535]),
)
def test_every_request_has_its_outcome_however_the_bytes_are_cut(
    plans: list[Plan], sizes: list[int], order: Any, window: int
) -> None:
    server, client = H2Server(INITIAL_WINDOW_SIZE=window), Connection[int]()
    client.receive(server.h2.data_to_send())
    server.receive(client.take_output())
    done: list[tuple[int, Outcome]] = []
    waiting = list(enumerate(plans))
    opened = not window
    while waiting or client.streams:
        while waiting and client.room:
            number, _ = waiting.pop(0)
            client.start(number, FIELDS, TOKEN, b"%d" % number * 20)
        for part in split(client.take_output(), sizes):
            server.receive(part)
        if opened:
            server.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 50})
            opened = False
        order.shuffle(server.whole)
        while server.whole:
            stream_id = server.whole.pop()
            number = int(stream_id) // 2
            assert server.bodies[stream_id] == b"%d" % number * 20
            server.answer(stream_id, plans[number])
        for part in split(server.h2.data_to_send(), sizes):
            done += client.receive(part)
        assert client.error is None

    assert dict(done) == {number: expected(plan) for number, plan in enumerate(plans)}
    assert len(done) == len(plans)
    assert not client.answers.heads
    assert all(("authorization", TOKEN) in fields for fields in server.headers.values())


def test_large_fields_need_continuation_in_both_directions() -> None:
    server, client = H2Server(), Connection[int]()
    client.receive(server.h2.data_to_send())
    client.start(0, (*FIELDS, ("x-large", "0aZ~" * 8000)), TOKEN, BODY)
    server.receive(client.take_output())
    large = [("x-large", "~" * 20_000)] * 2
    server.answer(
        1, Plan(400, [b"no"], large, None, is_interim=False, has_trailers=False, reset=None)
    )

    [(_, outcome)] = client.receive(server.h2.data_to_send())

    assert len(dict(server.headers[1])["x-large"]) == 32_000
    assert outcome == Answered(400, ((":status", "400"), *large), b"no")


def test_the_same_fields_cost_a_byte_each_from_the_third_request_on() -> None:
    connection = begun(2)

    connection.start(2, FIELDS, TOKEN, BODY)

    assert len(connection.take_output()) == 2 * 9 + len(FIELDS) + 1 + len(BODY)


@pytest.mark.parametrize("size", [0, 100, 4096, 1 << 20])
def test_the_servers_table_may_have_any_size_and_change_it(size: int) -> None:
    server, client = H2Server(HEADER_TABLE_SIZE=size), Connection[int]()
    client.receive(server.h2.data_to_send())
    for number in range(6):
        if number == 3:
            server.h2.update_settings({SettingCodes.HEADER_TABLE_SIZE: 50})
            client.receive(server.h2.data_to_send())
        client.start(number, FIELDS, f"{TOKEN}{number // 2}", BODY)
        server.receive(client.take_output())

    tokens = [dict(fields)["authorization"] for fields in server.headers.values()]
    assert tokens == [f"{TOKEN}{number // 2}" for number in range(6)]


def test_a_large_body_goes_as_windows_and_frames_allow() -> None:
    server, client = H2Server(), Connection[int]()
    body = bytes(range(256)) * 1000
    client.receive(server.h2.data_to_send())
    client.start(0, FIELDS, TOKEN, body)
    assert client.room == 0  # another would only wait as well
    while output := client.take_output():
        server.receive(output)
        client.receive(server.h2.data_to_send())

    assert server.bodies == {1: body}
    assert client.room == 99


def test_a_window_may_shrink_below_zero() -> None:
    client = begun(0)
    client.receive(pack_number(WINDOW_UPDATE, 0, 1 << 20))
    client.start(0, FIELDS, TOKEN, b"x" * 70_000)  # 65,535 of it go
    client.take_output()

    def set_window(size: int) -> None:
        payload = struct.pack(">HL", peer.INITIAL_WINDOW_SIZE, size)
        client.receive(pack(SETTINGS, 0, 0, payload))

    set_window(1000)
    assert client.backlog.streams[1].window == 1000 - 65_535
    client.receive(pack_number(WINDOW_UPDATE, 1, 65_000))
    assert [len(each) for each in client.out] == [9, 9 + 465]
    set_window(1 << 20)
    assert client.backlog.streams == {}


def test_an_answer_may_come_before_the_request_is_whole() -> None:
    client = begun(0)
    client.start(0, FIELDS, TOKEN, b"x" * 70_000)
    client.take_output()

    [(_, outcome)] = client.receive(head("413", flags=END_HEADERS | END_STREAM))

    assert isinstance(outcome, Answered)
    assert client.take_output() == pack_number(RST_STREAM, 1, Code.CANCEL)
    assert client.room == 100


def test_an_answer_that_is_too_large_is_cut_short() -> None:
    client = begun()
    part = pack(DATA, 0, 1, b"x" * 16_384)

    assert client.receive(head("500") + part + part) == []
    [(_, outcome)] = client.receive(part + part)

    assert isinstance(outcome, Answered)
    assert MOST_BODY < len(outcome.body) <= MOST_BODY + 16_384
    assert pack_number(RST_STREAM, 1, Code.CANCEL) in client.take_output()


def test_the_servers_window_is_given_back() -> None:
    client = begun()
    part = pack(DATA, 0, 1, b"x" * 16_384)
    client.receive(head("500"))

    client.receive(part * 33)

    assert client.take_output().endswith(pack_number(WINDOW_UPDATE, 0, 33 * 16_384))
    client.receive(part * 65)
    assert client.error
    assert client.error.code is Code.FLOW_CONTROL_ERROR
    assert WINDOW < 65 * 16_384


def test_a_server_that_leaves_says_what_it_has_not_done() -> None:
    client = begun(4)

    done = client.receive(pack(GOAWAY, 0, 0, struct.pack(">LL", 3, 0) + b"bye"))

    assert [(ticket, type(outcome)) for ticket, outcome in done] == [(2, Refused), (3, Refused)]
    assert (client.room, client.is_draining) == (0, True)
    assert client.receive(head("200", 1, 5) + head("200", 3, 5)) == [(0, OK), (1, OK)]


def test_the_last_stream_id_is_the_end() -> None:
    client = begun(0)
    client.next_id = MAX_STREAM_ID - 2

    client.start(0, FIELDS, TOKEN, BODY)
    assert client.room == 99
    client.start(1, FIELDS, TOKEN, BODY)

    assert (client.room, client.is_draining) == (0, True)
    done = client.receive(head("200", MAX_STREAM_ID - 2, 5) + head("200", MAX_STREAM_ID, 5))
    assert done == [(0, OK), (1, OK)]


def test_what_never_left_is_refused_and_the_rest_lost() -> None:
    client = begun(3)

    ended = client.end("gone", sent_through=3)

    assert ended == [(0, Lost("gone")), (1, Lost("gone")), (2, Refused("gone"))]
    assert (client.room, client.streams) == (0, {})


def test_a_cancelled_request_may_be_answered_all_the_same() -> None:
    client = begun(2)

    assert client.cancel(1) == 0

    assert client.take_output() == pack_number(RST_STREAM, 1, Code.CANCEL)
    late = head("200") + pack(DATA, END_STREAM, 1, b"{}")
    assert client.receive(late + head("200", 3, 5)) == [(1, OK)]
    assert client.error is None


def test_pings_and_settings_are_acknowledged() -> None:
    client = begun()

    client.receive(pack(PING, 0, 0, b"12345678") + pack(PING, ACK, 0, b"12345678") + BEGINNING)

    assert client.take_output() == pack(PING, ACK, 0, b"12345678") + pack(SETTINGS, ACK, 0)


def test_the_most_streams_of_the_server_hold() -> None:
    client = begun(0)
    for most, room in ((10, 10), (250, 100), (0, 0), (100, 100)):
        payload = struct.pack(">HL", peer.MAX_CONCURRENT_STREAMS, most)
        client.receive(pack(SETTINGS, 0, 0, payload))
        assert client.room == room


def test_what_is_unknown_or_says_nothing_is_passed_over() -> None:
    client = begun()
    odd = pack(0xEE, 0xFF, 7, b"?") + pack(PRIORITY, 0, 9, b"12345") + pack(PING, 0, 0, b"12345678")
    padded = pack(HEADERS, END_HEADERS | PADDED | 0x20, 1, b"\x03\0\0\0\0\0\x88\0\0\0")

    assert client.receive(odd + padded + pack(DATA, END_STREAM | PADDED, 1, b"\x01a\0")) == [
        (0, OK)
    ]
