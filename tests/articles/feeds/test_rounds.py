"""A publisher on three addresses that keeps a diary of who came when."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from articles.feeds.fetch import Fetched, FetchError, Limits, PutOff, Request
from articles.feeds.rounds import fetch_all
from articles.outbound import Guard

HOSTS = [f"127.0.2.{number}" for number in range(1, 4)]


class Publisher(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("", 0), Handler)
        self.visits: list[tuple[str, float]] = []
        self.connections: Counter[str] = Counter()
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    def guard(self) -> Guard:
        return Guard(allow_private=frozenset(f"{host}:{self.server_port}" for host in HOSTS))

    def requests(self, host: str, *paths: str) -> list[Request]:
        return [Request(url=f"http://{host}:{self.server_port}/{path}") for path in paths]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Publisher

    def setup(self) -> None:
        super().setup()
        self.server.connections[self.request.getsockname()[0]] += 1

    def do_GET(self) -> None:
        publisher, host = self.server, str(self.headers["Host"]).partition(":")[0]
        with publisher.lock:
            publisher.visits.append((host, time.monotonic()))
            publisher.at_once += 1
            publisher.most_at_once = max(publisher.most_at_once, publisher.at_once)
        time.sleep(5 if self.path == "/slow" else 0.03)
        with publisher.lock:
            publisher.at_once -= 1
        is_busy = self.path == "/busy"
        self.send_response(429 if is_busy else 200)
        if is_busy:
            self.send_header("Retry-After", "60")
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"<rss/>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    publisher = Publisher()
    threading.Thread(target=publisher.serve_forever, args=[0.02], daemon=True).start()
    yield publisher
    publisher.shutdown()
    publisher.server_close()


def test_a_host_is_asked_in_turn_on_one_connection_and_hosts_side_by_side(
    publisher: Publisher,
) -> None:
    queues = [publisher.requests(host, "a", "b", "c") for host in HOSTS]

    answers = list(fetch_all(queues, publisher.guard()))

    assert all(isinstance(answer, Fetched) for _, answer, _ in answers)
    assert sorted(request.url for request, _, _ in answers) == sorted(
        request.url for queue in queues for request in queue
    )
    assert set(publisher.connections.values()) == {1}
    assert publisher.most_at_once == len(HOSTS)
    for host in HOSTS:
        assert [r.url[-1] for r, _, _ in answers if host in r.url] == ["a", "b", "c"]


def test_between_two_requests_to_a_host_there_is_a_gap(publisher: Publisher) -> None:
    list(fetch_all([publisher.requests(HOSTS[0], "a", "b", "c")], publisher.guard(), gap=0.3))

    times = [at for _, at in publisher.visits]
    assert all(later - earlier >= 0.3 for earlier, later in itertools.pairwise(times))


def test_a_host_that_wants_to_be_left_alone_is(publisher: Publisher) -> None:
    queues = [publisher.requests(HOSTS[0], "busy", "a", "b"), publisher.requests(HOSTS[1], "a")]

    answers = {request.url: answer for request, answer, _ in fetch_all(queues, publisher.guard())}

    first, second, third = (answers[request.url] for request in queues[0])
    assert isinstance(first, FetchError)
    assert isinstance(second, PutOff)
    assert isinstance(third, PutOff)
    assert second.wait == first.retry_after
    assert isinstance(answers[queues[1][0].url], Fetched)
    assert len(publisher.visits) == 2


def test_no_more_bodies_wait_than_there_is_room_for(publisher: Publisher) -> None:
    queues = [publisher.requests(host, *"abcd") for host in HOSTS]
    answers = fetch_all(queues, publisher.guard(), limits=Limits(at_once=2))

    next(answers)
    time.sleep(0.5)

    assert len(publisher.visits) == 2  # the one in hand, and the one that waits
    assert len(list(answers)) == 11
    assert publisher.most_at_once == 2


def test_who_stops_reading_waits_for_nobody(publisher: Publisher) -> None:
    queues = [publisher.requests(HOSTS[0], "a"), publisher.requests(HOSTS[1], "slow")]
    begun = time.monotonic()
    answers = fetch_all(queues, publisher.guard())

    next(answers)
    answers.close()  # type: ignore[attr-defined]  # a generator

    assert time.monotonic() - begun < 2
    assert "fetch" not in {thread.name for thread in threading.enumerate()}


def test_an_address_that_is_refused_costs_the_others_nothing(publisher: Publisher) -> None:
    queues = [[Request(url="http://10.0.0.1/")], publisher.requests(HOSTS[0], "a")]

    answers = [answer for _, answer, _ in fetch_all(queues, publisher.guard())]

    assert {type(answer) for answer in answers} == {FetchError, Fetched}


def test_nothing_asked_is_nothing_answered() -> None:
    assert list(fetch_all([], Guard())) == []
