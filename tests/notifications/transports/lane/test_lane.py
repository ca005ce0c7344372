import os
import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from h2.settings import SettingCodes

from notifications.emulator.certificates import make_certificates
from notifications.transports.lane import (
    OK,
    Answered,
    Lane,
    Lost,
    NoCredentialError,
    Patience,
    Refused,
    Request,
    Settled,
)
from notifications.transports.lane.frames import PING, RST_STREAM, Code, pack, pack_number
from tests.notifications.transports.lane.servers import (
    BODY,
    FIELDS,
    Guest,
    answer_all,
    requests,
    serving,
)

QUICK = Patience(answer=0.6, connect=0.5, silence=0.2, sign=0.2, backoff=0.1)
SECONDS = 5  # more than any patience here: a test that takes longer hangs


def open_lane(
    url: str, connections: int = 2, patience: Patience = QUICK, **more: Any
) -> Lane[Any, Any]:
    return Lane(url, connections=connections, patience=patience, **more)


def send(url: str, asked: Iterable[Any], connections: int = 2, **more: Any) -> list[Any]:
    """All (key, outcome), in time."""
    lane, begun = open_lane(url, connections, **more), time.monotonic()
    try:
        return list(lane.send(asked))
    finally:
        lane.close()
        assert time.monotonic() - begun < SECONDS


def outcomes_of(sent: list[Any], count: int) -> "Counter[str]":
    """What kinds of outcomes there are, each request having exactly one."""
    assert sorted(key for key, _ in sent) == list(range(count))
    return Counter("ok" if each is OK else type(each).__name__.lower() for _, each in sent)


def test_every_request_is_answered() -> None:
    with serving(answer_all) as server:
        assert outcomes_of(send(server.url, requests(1000)), 1000) == {"ok": 1000}
        assert server.seen == {BODY: 1000}


def test_connections_are_kept_and_opened_no_more_than_needed() -> None:
    with serving(answer_all) as server:
        lane = open_lane(server.url, 4)
        assert list(lane.send([])) == []
        assert server.guests == []
        for _ in range(3):
            assert outcomes_of(list(lane.send(requests(20))), 20) == {"ok": 20}
        lane.close()
        assert len(server.guests) == 1


def test_tls_is_checked_and_http_2_is_agreed_on(tmp_path: Path) -> None:
    authority, certificate = make_certificates(tmp_path)
    ours, theirs = (
        ssl.create_default_context(cafile=str(authority)),
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
    )
    theirs.load_cert_chain(certificate)
    with serving(answer_all, theirs) as server:
        [(_, outcome)] = send(server.url, requests(1), tls=ours)
        assert isinstance(outcome, Refused)  # no ALPN: whatever this server speaks, it said nothing
        theirs.set_alpn_protocols(["h2"])
        assert outcomes_of(send(server.url, requests(300), tls=ours), 300) == {"ok": 300}
        [(_, outcome)] = send(server.url, requests(1))
        assert isinstance(outcome.error, ssl.SSLCertVerificationError)


def test_other_answers_come_with_fields_and_body() -> None:
    def refuse(guest: Guest) -> None:
        guest.begin()
        for stream_id in guest.requests():
            guest.answer(stream_id, 429, b"slowly")

    with serving(refuse) as server:
        [(_, outcome)] = send(server.url, requests(1))
        assert outcome == Answered(429, ((":status", "429"), ("server", "test")), b"slowly")
        assert outcome.field("server") == "test"
        assert outcome.field("retry-after") is None


def test_a_server_that_leaves_every_100_requests_costs_nothing() -> None:
    def leave(guest: Guest) -> None:
        guest.begin()
        for number, stream_id in enumerate(guest.requests(), 1):
            guest.answer(stream_id)
            if number == 100:
                guest.leave(stream_id)
                return

    with serving(leave) as server:
        assert outcomes_of(send(server.url, requests(2000)), 2000) == {"ok": 2000}
        assert server.seen == {BODY: 2000}


def test_refused_streams_are_sent_again_and_told_in_the_end() -> None:
    def refuse_odd_ones(guest: Guest) -> None:
        guest.begin()
        for number, stream_id in enumerate(guest.requests()):
            if number % 2 or guest.bodies:
                guest.h2.reset_stream(stream_id, Code.REFUSED_STREAM)
            else:
                guest.answer(stream_id)

    def refuse(guest: Guest) -> None:
        guest.begin()
        for stream_id in guest.requests():
            guest.h2.reset_stream(stream_id, Code.REFUSED_STREAM)

    with serving(refuse_odd_ones) as server:
        assert outcomes_of(send(server.url, requests(20)), 20)["ok"] >= 10
    with serving(refuse) as server:
        assert outcomes_of(send(server.url, requests(20)), 20) == {"refused": 20}
        assert server.seen == {BODY: 120}


def test_what_was_reset_otherwise_may_have_arrived() -> None:
    def reset(guest: Guest) -> None:
        guest.begin()
        for stream_id in guest.requests():
            guest.h2.reset_stream(stream_id, Code.INTERNAL_ERROR)

    with serving(reset) as server:
        assert outcomes_of(send(server.url, requests(50)), 50) == {"lost": 50}
        assert server.seen == {BODY: 50}


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
        assert outcomes_of(send(server.url, requests(3), 1), 3) == {"lost": 3}


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
        assert outcomes_of(send(server.url, requests(50), 1), 50) == {"ok": 49, "lost": 1}
        assert len(server.guests) == 1


def test_slowness_of_ours_is_not_held_against_the_server() -> None:
    def slowly() -> Iterator[Any]:
        for request in requests(3):
            yield request
            time.sleep(QUICK.answer * 1.5)
            yield None

    with serving(answer_all) as server:
        assert outcomes_of(send(server.url, slowly(), 1), 3) == {"ok": 3}


def test_a_server_that_reads_slowly_gets_everything() -> None:
    def dawdle(guest: Guest) -> None:
        guest.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        guest.begin()
        for number, stream_id in enumerate(guest.requests()):
            if number < 20:
                time.sleep(0.02)
            guest.answer(stream_id)

    with serving(dawdle) as server:
        sent = send(server.url, requests(150, b"x" * 1000), 1, patience=Patience(answer=4))
        assert outcomes_of(sent, 150) == {"ok": 150}


def test_a_server_that_stops_reading_ends_by_the_ping() -> None:
    def stop(guest: Guest) -> None:
        guest.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        guest.begin(INITIAL_WINDOW_SIZE=1 << 24)
        guest.link.sendall(pack_number(0x8, 0, 1 << 24))
        time.sleep(3)

    with serving(stop) as server:
        sent = send(server.url, requests(100, b"x" * 100_000), 1)
        assert outcomes_of(sent, 100).keys() <= {"lost", "refused"}


def test_settings_change_in_flight() -> None:
    """Windows shrink to nothing and open again; streams go from 100 to 10 to 250."""

    def change(guest: Guest) -> None:
        guest.begin()
        most = 100
        for number, stream_id in enumerate(guest.requests(), 1):
            guest.answer(stream_id)
            if number % 40 == 0:
                most = {100: 10, 10: 250, 250: 100}[most]
                wish: dict[SettingCodes | int, int] = {
                    SettingCodes.INITIAL_WINDOW_SIZE: 0,
                    SettingCodes.MAX_CONCURRENT_STREAMS: most,
                }
                guest.h2.update_settings(wish)
                guest.flush()
                guest.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 70_000})

    with serving(change) as server:
        sent = send(server.url, requests(1000, b"x" * 3000), patience=Patience(answer=4))
        assert outcomes_of(sent, 1000) == {"ok": 1000}
        assert server.seen == {b"x" * 3000: 1000}


def test_a_flood_of_pings_is_answered() -> None:
    def flood(guest: Guest) -> None:
        guest.begin()
        for stream_id in guest.requests():
            guest.flush()
            guest.link.sendall(pack(PING, 0, 0, b"01234567") * 3000)
            guest.answer(stream_id)

    with serving(flood) as server:
        assert outcomes_of(send(server.url, requests(5), 1), 5) == {"ok": 5}


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
        assert outcomes_of(send(server.url, requests(2)), 2) == {"refused": 2}
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


def test_requests_are_read_as_there_is_room_and_none_asks_for_outcomes() -> None:
    read: list[int] = []

    def asked() -> Iterator[Request[int] | None]:
        for request in requests(500):
            read.append(request.key)
            yield request
            if request.key in (4, 9):
                yield None

    with serving(answer_all) as server:
        lane = open_lane(server.url, 1)
        sent = lane.send(asked())
        outcomes = []
        for _ in range(5):
            outcomes.append(next(sent))
            assert read[-1] == 4 if len(outcomes) < 5 else True
        for number, _ in enumerate(sent, 6):
            assert len(read) <= number + 100
        assert read == list(range(500))
        lane.close()


def test_none_with_nothing_under_way_is_passed_over() -> None:
    asked = [None, None, *requests(1), None, None]

    with serving(answer_all) as server:
        begun = time.monotonic()
        assert len(send(server.url, asked)) == 1
        assert time.monotonic() - begun < 1


def test_what_is_settled_already_keeps_its_place() -> None:
    asked = [Settled("a", "wrong"), *requests(2), Settled("b", "wrong")]

    with serving(answer_all) as server:
        sent = dict(send(server.url, asked))
        assert sent == {"a": "wrong", 0: OK, 1: OK, "b": "wrong"}
        assert list(Lane[str, str](server.url, connections=1).send([Settled("a", "no")])) == [
            ("a", "no")
        ]


def test_a_consumer_that_stops_leaves_nothing_behind() -> None:
    with serving(answer_all) as server:
        lane = open_lane(server.url)
        sent = lane.send(requests(1000))
        next(sent)
        sent.close()  # type: ignore[attr-defined]
        assert not lane.pool.is_busy
        assert outcomes_of(list(lane.send(requests(200))), 200) == {"ok": 200}
        lane.close()
        assert lane.pool.links == []


def test_a_source_that_raises_ends_the_send_and_not_the_lane() -> None:
    def broken() -> Iterator[Request[int]]:
        yield from requests(10)
        raise LookupError

    with serving(answer_all) as server:
        lane = open_lane(server.url)
        with pytest.raises(LookupError):
            list(lane.send(broken()))
        assert outcomes_of(list(lane.send(requests(10))), 10) == {"ok": 10}
        lane.close()


def test_a_lane_sends_for_one_caller_at_a_time() -> None:
    with serving(answer_all) as server:
        lane = open_lane(server.url)
        sent = lane.send(requests(2))
        next(sent)
        with pytest.raises(RuntimeError):
            next(lane.send(requests(1)))
        assert len(list(sent)) == 1
        lane.close()


class Rotating:
    """Tokens that the server accepts from the third on; each is valid while it is the newest."""

    def __init__(self) -> None:
        self.number = 0
        self.token = "token 0"

    def value(self) -> str:
        return self.token

    def is_renewable(self, value: str, answer: Answered) -> bool:
        if value == self.token and answer.status == 401:
            self.number += 1
            self.token = f"token {self.number}"
        return True


def test_a_refused_credential_is_renewed_once_for_each_request() -> None:
    def guard(guest: Guest) -> None:
        guest.begin()
        for stream_id in guest.requests():
            guest.answer(stream_id, 200 if keeper.number >= needed else 401)

    with serving(guard) as server:
        keeper, needed = Rotating(), 1
        sent = send(server.url, requests(300), authority=keeper)
        assert outcomes_of(sent, 300) == {"ok": 300}
        keeper, needed = Rotating(), 1_000_000
        sent = send(server.url, requests(5), authority=keeper)
        assert outcomes_of(sent, 5) == {"answered": 5}


def test_without_a_credential_one_request_at_a_time_is_refused() -> None:
    class Nobody(Rotating):
        def value(self) -> str:
            raise NoCredentialError("none")

    with serving(answer_all) as server:
        sent = send(server.url, requests(3), authority=Nobody())
        assert outcomes_of(sent, 3) == {"refused": 3}
        assert isinstance(sent[0][1].error, NoCredentialError)
        assert server.seen == {}


def test_fields_that_the_server_does_not_take_are_refused() -> None:
    def modest(guest: Guest) -> None:
        guest.begin(MAX_HEADER_LIST_SIZE=400)
        for stream_id in guest.requests():
            guest.answer(stream_id)

    large = (*FIELDS, ("x-large", "x" * 400))
    asked = [Request(0, FIELDS, BODY), Request(1, large, BODY), Request(2, FIELDS, BODY)]
    with serving(modest) as server:
        sent = send(server.url, asked)
        assert outcomes_of(sent, 3) == {"ok": 2, "refused": 1}


def test_an_unused_connection_is_replaced() -> None:
    with serving(answer_all) as server:
        lane = open_lane(server.url, patience=Patience(idle=0.1))
        for _ in range(2):
            assert outcomes_of(list(lane.send(requests(1))), 1) == {"ok": 1}
            time.sleep(0.2)
        lane.close()
        assert len(server.guests) == 2
