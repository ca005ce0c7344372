import os
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from notifications.transports.lane import (
    Lost,
    Patience,
    Request,
)
from notifications.transports.lane.frames import RST_STREAM, pack, pack_number
from tests.notifications.transports.lane.sending import QUICK, open_lane, outcomes_of, send
from tests.notifications.transports.lane.servers import (
    BODY,
    Guest,
    answer_all,
    requests,
    serving,
)


def test_connections_are_kept_and_opened_no_more_than_needed() -> None:
    with serving(answer_all) as server:
        lane = open_lane(server.url, 4)
        assert list(lane.send([])) == []
        assert server.guests == []
        for _ in range(3):
            assert outcomes_of(list(lane.send(requests(20))), 20) == {"ok": 20}
        lane.close()
        assert len(server.guests) == 1


def test_a_server_that_leaves_every_100_requests_costs_nothing() -> None:
    def leave(guest: Guest) -> None:
        guest.begin()
        for number, stream_id in enumerate(guest.requests(), 1):
            guest.answer(stream_id)
            if number == 100:
                guest.leave(stream_id)
                break
        while guest.link.recv(1 << 16):
            pass  # closed with bytes unread, the connection would be reset, and answers with it

    with serving(leave) as server:
        assert outcomes_of(send(server.url, requests(2000)), 2000) == {"ok": 2000}
        assert server.seen == {BODY: 2000}


def accept_then_reset(guest: Guest) -> None:
    guest.begin()
    next(guest.requests())
    guest.reset()


def close_half(guest: Guest) -> None:
    guest.begin()
    next(guest.requests())
    guest.link.shutdown(socket.SHUT_WR)
    time.sleep(1)


def say_nothing_more(guest: Guest) -> None:
    guest.begin()
    time.sleep(2)


@pytest.mark.parametrize("behaviour", [accept_then_reset, close_half, say_nothing_more])
def test_requests_on_a_connection_that_dies_are_lost_once(behaviour: Any) -> None:
    with serving(behaviour) as server:
        assert outcomes_of(send(server.url, requests(3), 1, patience=QUICK), 3) == {"lost": 3}


def test_an_answer_before_the_end_counts() -> None:
    def answer_and_close(guest: Guest) -> None:
        guest.begin()
        streams = guest.requests()
        for _ in range(10):
            guest.answer(next(streams))
        guest.flush()

    with serving(answer_and_close) as server:
        assert outcomes_of(send(server.url, requests(10), 1), 10) == {"ok": 10}


def test_a_deadline_costs_one_request_and_not_the_connection() -> None:
    def forget_first(guest: Guest) -> None:
        guest.begin()
        streams = guest.requests()
        next(streams)
        for stream_id in streams:
            guest.answer(stream_id)

    with serving(forget_first) as server:
        assert outcomes_of(send(server.url, requests(50), 1, patience=QUICK), 50) == {
            "ok": 49,
            "lost": 1,
        }
        assert len(server.guests) == 1


def test_slowness_of_ours_is_not_held_against_the_server() -> None:
    def slowly() -> Iterator[Any]:
        for request in requests(3):
            yield request
            time.sleep(QUICK.answer * 1.5)
            yield None

    with serving(answer_all) as server:
        assert outcomes_of(send(server.url, slowly(), 1, patience=QUICK), 3) == {"ok": 3}


def test_a_server_that_stops_reading_ends_by_the_ping() -> None:
    def stop(guest: Guest) -> None:
        guest.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        guest.begin(INITIAL_WINDOW_SIZE=1 << 24)
        guest.link.sendall(pack_number(0x8, 0, 1 << 24))
        time.sleep(3)

    with serving(stop) as server:
        sent = send(server.url, requests(100, b"x" * 100_000), 1, patience=QUICK)
        assert outcomes_of(sent, 100).keys() <= {"lost", "refused"}


def talk_http1(guest: Guest) -> None:
    guest.link.recv(100)
    guest.link.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def hang_up(guest: Guest) -> None:
    guest.reset()


def babble(guest: Guest) -> None:
    guest.link.sendall(os.urandom(1000))


def listen_only(_: Guest) -> None:
    time.sleep(2)


@pytest.mark.parametrize("behaviour", [talk_http1, hang_up, babble, listen_only])
def test_a_server_that_never_begins_is_unreachable(behaviour: Any) -> None:
    with serving(behaviour) as server:
        assert outcomes_of(send(server.url, requests(2), patience=QUICK), 2) == {"refused": 2}
        assert server.seen == {}


def test_a_broken_rule_replaces_the_connection() -> None:
    first: list[Guest] = []

    def break_rules_at_first(guest: Guest) -> None:
        first.append(guest)
        guest.begin()
        for stream_id in guest.requests():
            if guest is first[0]:
                guest.flush()
                guest.link.sendall(pack(RST_STREAM, 0, 0, b"bad"))
                return
            guest.answer(stream_id)

    with serving(break_rules_at_first) as server:
        lane = open_lane(server.url, 1)
        [(_, outcome)] = lane.send(requests(1))
        assert isinstance(outcome, Lost)
        assert "PROTOCOL_ERROR" in outcome.reason
        assert outcomes_of(list(lane.send(requests(100))), 100) == {"ok": 100}
        lane.close()


def test_an_unused_connection_is_replaced() -> None:
    with serving(answer_all) as server:
        lane = open_lane(server.url, patience=Patience(idle=0.1))
        for _ in range(2):
            assert outcomes_of(list(lane.send(requests(1))), 1) == {"ok": 1}
            time.sleep(0.2)
        lane.close()
        assert len(server.guests) == 2


@pytest.mark.parametrize(("is_busy", "opened"), [(False, {3, 4}), (True, {1, 2})])
def test_who_has_no_time_for_a_connection_opens_no_other(
    *, is_busy: bool, opened: set[int]
) -> None:
    """Each takes 100 requests at a time: the others would only wait longer for us to read."""

    def ask() -> Iterator[Request[int]]:
        for each in requests(2000):
            time.sleep(0.001 if is_busy else 0)
            yield each

    def take_time(guest: Guest) -> None:
        guest.begin()
        for stream_id in guest.requests():
            time.sleep(0 if is_busy else 0.001)
            guest.answer(stream_id)

    with serving(take_time) as server:
        lane = open_lane(server.url, 4)
        assert outcomes_of(list(lane.send(ask())), 2000) == {"ok": 2000}
        lane.close()
        assert len(server.guests) in opened
