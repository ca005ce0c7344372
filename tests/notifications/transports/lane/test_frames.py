"""Frames that no server should send."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.transports.lane import peer
from notifications.transports.lane.connection import MOST_OWED, Connection
from notifications.transports.lane.frames import (
    ACK,
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    MAX_STREAM_ID,
    PADDED,
    PING,
    PUSH_PROMISE,
    RST_STREAM,
    SETTINGS,
    WINDOW_UPDATE,
    Code,
    pack,
    pack_number,
)
from notifications.transports.lane.outcomes import OK, Lost, Outcome
from tests.notifications.transports.lane.dialogue import (
    BEGINNING,
    OK_BLOCK,
    TOKEN,
    begun,
    block,
    head,
    split,
)
from tests.notifications.transports.lane.servers import BODY, FIELDS


def settings(name: int, value: int) -> bytes:
    return pack(SETTINGS, 0, 0, struct.pack(">HL", name, value))


BROKEN = {
    "data on stream 0": (pack(DATA, 0, 0, b"x"), Code.PROTOCOL_ERROR),
    "data on an idle stream": (pack(DATA, 0, 99, b"x"), Code.PROTOCOL_ERROR),
    "fields on a stream of the server's": (pack(HEADERS, 4, 2, OK_BLOCK), Code.PROTOCOL_ERROR),
    "settings on a stream": (pack(SETTINGS, 0, 1), Code.PROTOCOL_ERROR),
    "settings cut short": (pack(SETTINGS, 0, 0, b"\0"), Code.FRAME_SIZE_ERROR),
    "settings with an acknowledgement": (pack(SETTINGS, ACK, 0, b"\0" * 6), Code.FRAME_SIZE_ERROR),
    "a window of 2 GB": (settings(peer.INITIAL_WINDOW_SIZE, 1 << 31), Code.FLOW_CONTROL_ERROR),
    "tiny frames": (settings(peer.MAX_FRAME_SIZE, 100), Code.PROTOCOL_ERROR),
    "push": (settings(peer.ENABLE_PUSH, 1), Code.PROTOCOL_ERROR),
    "a promise": (pack(PUSH_PROMISE, 4, 1, b"\0\0\0\2" + OK_BLOCK), Code.PROTOCOL_ERROR),
    "a short ping": (pack(PING, 0, 0, b"1234"), Code.FRAME_SIZE_ERROR),
    "a ping on a stream": (pack(PING, 0, 1, b"12345678"), Code.PROTOCOL_ERROR),
    "a short goodbye": (pack(GOAWAY, 0, 0, b"1234"), Code.FRAME_SIZE_ERROR),
    "a short reset": (pack(RST_STREAM, 0, 1, b"1"), Code.FRAME_SIZE_ERROR),
    "a reset of an idle stream": (pack_number(RST_STREAM, 9, 0), Code.PROTOCOL_ERROR),
    "a window of nothing": (pack_number(WINDOW_UPDATE, 0, 0), Code.PROTOCOL_ERROR),
    "a window too wide": (pack_number(WINDOW_UPDATE, 0, 0x7FFFFFFF), Code.FLOW_CONTROL_ERROR),
    "a window of an idle stream": (pack_number(WINDOW_UPDATE, 99, 1), Code.PROTOCOL_ERROR),
    "continuation of nothing": (pack(CONTINUATION, 4, 1, OK_BLOCK), Code.PROTOCOL_ERROR),
    "fields interrupted": (
        pack(HEADERS, 0, 1, OK_BLOCK) + pack(PING, 0, 0, b"12345678"),
        Code.PROTOCOL_ERROR,
    ),
    "fields interrupted by another stream's answer": (
        head("200", 3) + pack(HEADERS, 0, 1, OK_BLOCK) + pack(DATA, END_STREAM, 3, b"{}"),
        Code.PROTOCOL_ERROR,
    ),
    "fields without an end": (
        pack(HEADERS, 0, 1) + pack(CONTINUATION, 0, 1) * 8000,
        Code.ENHANCE_YOUR_CALM,
    ),
    "too many fields": (
        pack(HEADERS, 0, 1, b"\0" * 16_384) + pack(CONTINUATION, 0, 1, b"\0" * 16_384) * 4,
        Code.ENHANCE_YOUR_CALM,
    ),
    "fields that cannot be read": (pack(HEADERS, 4, 1, b"\xff\xff"), Code.COMPRESSION_ERROR),
    "a table that has no room": (pack(HEADERS, 4, 1, b"\x3f\xe1\x1f\x88"), Code.COMPRESSION_ERROR),
    "padding over the end": (pack(DATA, PADDED, 1, b"\x09abc"), Code.PROTOCOL_ERROR),
    "padding of nothing": (pack(HEADERS, PADDED | END_HEADERS, 1), Code.PROTOCOL_ERROR),
    "a large frame": (pack(DATA, 0, 1, b"x" * 16_385), Code.FRAME_SIZE_ERROR),
    "a flood": (pack(PING, 0, 0, b"12345678") * (MOST_OWED + 1), Code.ENHANCE_YOUR_CALM),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_ends_the_connection(name: str) -> None:
    client, (sent, code) = begun(2), BROKEN[name]

    done = client.receive(sent)

    assert client.error
    assert client.error.code is code
    assert client.take_output().endswith(pack(GOAWAY, 0, 0, struct.pack(">LL", 0, code)))
    assert client.room == 0
    assert client.receive(head("200", 3, 5)) == []
    assert len(done) + len(client.end("broken", sent_through=3)) == 2


@pytest.mark.parametrize(
    "first",
    [pack(PING, 0, 0, b"12345678"), pack(SETTINGS, ACK, 0), b"HTTP/1.1 400 Bad Request\r\n"],
)
def test_a_server_that_does_not_begin_with_settings_is_none(first: bytes) -> None:
    client = Connection[int]()

    client.receive(first)

    assert client.error
    assert not client.is_ready


MALFORMED = {
    "a body before its fields": pack(DATA, END_STREAM, 1, b"x"),
    "no status": pack(HEADERS, END_HEADERS, 1, block(("server", "x"))),
    "two of them": pack(HEADERS, END_HEADERS, 1, block((":status", "400"), (":status", "400"))),
    "a status that is no number": pack(HEADERS, END_HEADERS, 1, block((":status", "2x0"))),
    "a status behind a field": pack(HEADERS, END_HEADERS, 1, block(("a", "b"), (":status", "400"))),
    "another protocol": head("101"),
    "an interim answer that ends": head("103", flags=END_HEADERS | END_STREAM),
    "trailers that do not end": head("404") + pack(HEADERS, END_HEADERS, 1, block(("a", "b"))),
    "trailers with a status": head("404") + head("404", flags=END_HEADERS | END_STREAM),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_answer_costs_its_request_and_not_the_connection(name: str) -> None:
    client = begun(2)

    [(ticket, outcome)] = client.receive(MALFORMED[name])

    assert (ticket, type(outcome)) == (0, Lost)
    assert client.error is None
    assert client.receive(head("200", 3, 5)) == [(1, OK)]


FRAMES = st.builds(
    pack,
    st.integers(0, 10),
    st.sampled_from([0, 1, 4, 5, 8, 9, 12, 13, 32, 36, 255]),
    st.sampled_from([0, 1, 2, 3, 5, 7, 9, 11, 99, MAX_STREAM_ID]),
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from([b"", OK_BLOCK, b"\x20\x88", b"\0\0\0\1", b"\0" * 8, b"\x88\xff\xff\xff"]),
    ),
)


@given(
    sent=st.lists(st.one_of(FRAMES, FRAMES, FRAMES, st.binary(max_size=30)), max_size=30),
    sizes=st.lists(st.integers(1, 40), max_size=40),
    beginning=st.sampled_from([BEGINNING, pack(SETTINGS, 0, 0), b""]),
)
def test_no_bytes_crash_it_and_no_request_is_forgotten(
    sent: list[bytes], sizes: list[int], beginning: bytes
) -> None:
    client = begun(5, beginning)
    done: list[tuple[int, Outcome]] = []

    for part in split(b"".join(sent), sizes):
        done += client.receive(part)
        if client.room:
            client.start(client.next_id // 2, FIELDS, TOKEN, BODY)
        client.take_output()
    done += client.end("over", sent_through=client.last_started)

    assert sorted(ticket for ticket, _ in done) == list(range(client.next_id // 2))
    assert not client.answers.heads
