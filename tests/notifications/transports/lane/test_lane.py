import time
from collections.abc import Iterator

import pytest
from h2.settings import SettingCodes

from notifications.transports.lane import (
    OK,
    Answered,
    Lane,
    NoCredentialError,
    Request,
    Settled,
)
from notifications.transports.lane.frames import PING, Code, pack
from tests.notifications.transports.lane.sending import open_lane, outcomes_of, send
from tests.notifications.transports.lane.servers import (
    BODY,
    FIELDS,
    Guest,
    answer_all,
    requests,
    serving,
)


def test_every_request_is_answered() -> None:
    with serving(answer_all) as server:
        assert outcomes_of(send(server.url, requests(1000)), 1000) == {"ok": 1000}
        assert server.seen == {BODY: 1000}


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
        sent = send(server.url, requests(1000, b"x" * 3000))
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
        next(sent)
        assert read == [0, 1, 2, 3, 4]
        for number, _ in enumerate(sent, 2):
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


def test_where_a_credential_cannot_be_renewed_it_is_not_asked_for_once_a_request() -> None:
    class Expired(Rotating):
        def value(self) -> str:
            if self.number:
                self.number += 1
                raise NoCredentialError("none")
            return self.token

    def refuse(guest: Guest) -> None:
        guest.begin()
        for stream_id in guest.requests():
            guest.answer(stream_id, 401)

    with serving(refuse) as server:
        keeper = Expired()
        assert outcomes_of(send(server.url, requests(100), authority=keeper), 100) == {
            "refused": 100
        }
        assert keeper.number < 50


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
