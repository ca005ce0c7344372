import gzip
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pycurl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles import outbound
from articles.feeds import fetch as module
from articles.feeds.fetch import (
    FORM,
    Fetched,
    FetchError,
    Limits,
    NotModified,
    Request,
    Transfer,
    as_asked,
    fetch,
    post,
)
from articles.outbound import Guard, is_public

LIMITS = Limits(seconds=1.5, bytes=100_000, redirects=2)


class Handler(BaseHTTPRequestHandler):
    """Each path is a publisher of its own kind."""

    def do_GET(self) -> None:
        getattr(self, "answer_" + self.path.strip("/"))()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        headers = {"Content_Length": str(len(body))} | headers
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_good(self) -> None:
        if self.headers.get("If-None-Match") == 'W/"odd"':
            self.answer(304)
        else:
            self.answer(200, b"<rss/>", ETag='W/"odd"', Cache_Control="max-age=90")

    def answer_bomb(self) -> None:
        self.answer(200, gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip")

    def answer_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 10_000)

    def answer_slow(self) -> None:
        self.send_response(200)
        self.end_headers()
        threading.Event().wait(5)

    def answer_dripping(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(25):
            self.wfile.write(b"x")
            time.sleep(0.2)

    def answer_short(self) -> None:
        self.answer(200, b"<rss/>", Content_Length="900")

    def answer_busy(self) -> None:
        self.answer(429, Retry_After="120")

    def answer_wall(self) -> None:
        self.answer(403, b"<script src='/cdn/challenge-platform/x.js'>")

    def answer_private(self) -> None:
        self.answer(302, Location="http://169.254.169.254/latest")

    def answer_loop(self) -> None:
        self.answer(301, Location="/loop")

    def answer_moved(self) -> None:
        self.answer(301, Location="/good")

    def answer_trailers(self) -> None:
        self.wfile.write(
            b'HTTP/1.1 103 Early Hints\r\nETag: "early"\r\n\r\n'
            b'HTTP/1.1 200 OK\r\nETag: "kept"\r\nTransfer-Encoding: chunked\r\n\r\n'
            b'6\r\n<rss/>\r\n0\r\nETag: "late"\r\n\r\n'
        )

    def do_POST(self) -> None:
        if self.path == "/elsewhere":
            self.answer(308, Location="/hub")
            return
        form = self.rfile.read(int(self.headers["Content-Length"]))
        is_form = self.headers["Content-Type"] == FORM
        self.answer(202 if is_form and form == b"hub.mode=subscribe" else 400)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients leave early here
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def get(server: ThreadingHTTPServer, path: str, etag: str = "") -> Fetched | NotModified:
    port = server.server_port
    guard = Guard(allow_private=frozenset({f"127.0.0.1:{port}"}))

    request = Request(url=f"http://127.0.0.1:{port}/{path}", etag=etag)
    return fetch(guard, request, LIMITS)


def test_validators_are_echoed_byte_for_byte(server: ThreadingHTTPServer) -> None:
    first = get(server, "good")
    assert isinstance(first, Fetched)

    assert first.max_age is not None
    assert first.max_age.total_seconds() == 90
    assert isinstance(get(server, "good", first.etag), NotModified)


def test_a_redirect_is_followed(server: ThreadingHTTPServer) -> None:
    moved = get(server, "moved")

    assert isinstance(moved, Fetched)
    assert moved.url.endswith("/good")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("bomb", "too_large"),
        ("endless", "too_large"),
        ("slow", "timeout"),
        ("dripping", "timeout"),
        ("short", "connection: cut short"),
        ("busy", "http_status 429"),
        ("wall", "bot_wall"),
        ("private", "refused_address"),
        ("loop", "too_many_redirects"),
    ],
)
def test_each_trouble_has_its_name(server: ThreadingHTTPServer, path: str, reason: str) -> None:
    with pytest.raises(FetchError) as caught:
        get(server, path)

    assert caught.value.reason == reason


def test_a_wish_to_wait_is_passed_on(server: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError) as caught:
        get(server, "busy")

    assert caught.value.retry_after is not None
    assert caught.value.retry_after.total_seconds() == 120


@pytest.mark.parametrize(
    ("addresses", "is_let_through"),
    [(["127.0.0.2"], True), (["127.0.0.1"], False), (["127.0.0.1", "127.0.0.2"], False)],
)
def test_a_name_that_is_rebound_to_an_address_inside_is_not_followed_there(
    server: ThreadingHTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    addresses: list[str],
    *,
    is_let_through: bool,
) -> None:
    """What the name means when curl connects is what counts. 127.0.0.2 stands for the open net."""
    port = server.server_port
    told = pycurl.RESOLVE, [f"rebound.example:{port}:{','.join(addresses)}"]
    monkeypatch.setattr(module, "OPTIONS", (*module.OPTIONS, told))
    monkeypatch.setattr(outbound, "is_public", lambda ip: ip == "127.0.0.2" or is_public(ip))
    request = Request(url=f"http://rebound.example:{port}/good")
    guard = Guard(ports=frozenset({port}))

    if is_let_through:
        assert isinstance(fetch(guard, request, LIMITS), Fetched)
    else:
        with pytest.raises(FetchError) as caught:
            fetch(guard, request, LIMITS)
        assert caught.value.reason == "refused_address"


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        (
            "http://Bücher.example/straße?q=ä b",
            "http://xn--bcher-kva.example/stra%C3%9Fe?q=%C3%A4%20b",
        ),
        ("https://news.example", "https://news.example/"),
        (
            "https://news.example:8443/a%20b?x=%2F&y[]=1#part",
            "https://news.example:8443/a%20b?x=%2F&y[]=1",
        ),
        ("http://[2606:4700::1111]/feed", "http://[2606:4700::1111]/feed"),
    ],
)
def test_an_address_is_asked_in_ascii_as_browsers_ask_it(url: str, asked: str) -> None:
    assert as_asked(url)[1] == asked


class Trusting(Guard):
    def check_url(self, url: str) -> None:
        """Let everything through."""


@given(st.text(max_size=60).map(lambda rest: f"http://{rest}") | st.text(max_size=40))
def test_no_text_is_more_than_curl_can_take(url: str) -> None:
    begun = Transfer(Trusting(), LIMITS).begin(Request(url=url))

    assert begun is None or begun.reason.startswith("connection")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}\\@news.example/good", "http://news.example\\@127.0.0.1:{port}/good"],
)
def test_an_address_that_is_read_in_two_ways_leads_nowhere(
    server: ThreadingHTTPServer, url: str
) -> None:
    """Some readers take a backslash for a slash (https://url.spec.whatwg.org/), others do not."""
    guard = Guard(ports=frozenset({80, server.server_port}))

    with pytest.raises(FetchError):
        fetch(guard, Request(url=url.format(port=server.server_port)), LIMITS)


def test_trailers_and_interim_answers_are_not_taken_for_headers(
    server: ThreadingHTTPServer,
) -> None:
    answer = get(server, "trailers")

    assert isinstance(answer, Fetched)
    assert (answer.body, answer.etag) == (b"<rss/>", '"kept"')


def test_a_form_is_posted_wherever_it_is_sent_on_to(server: ThreadingHTTPServer) -> None:
    guard = Guard(allow_private=frozenset({f"127.0.0.1:{server.server_port}"}))
    url = f"http://127.0.0.1:{server.server_port}"

    assert post(guard, f"{url}/hub", b"hub.mode=subscribe", FORM, LIMITS) == 202
    assert post(guard, f"{url}/elsewhere", b"hub.mode=subscribe", FORM, LIMITS) == 202
    assert post(guard, f"{url}/hub", b"", FORM, LIMITS) == 400
    with pytest.raises(FetchError, match="refused_address"):
        post(Guard(), f"{url}/hub", b"", FORM, LIMITS)
