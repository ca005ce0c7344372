import socket

import pytest

from articles.outbound import Guard, RefusedUrlError, connect, is_public

REFUSED = [
    "ftp://news.example/",
    "file:///etc/passwd",
    "http://user:secret@news.example/",
    "http://news.example:22/",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://10.0.0.1/",
    "http://169.254.169.254/",
    "http://192.0.0.192/",
    "http://100.64.0.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http:///nothing",
    "http://news.example:99999/",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("url", REFUSED)
def test_what_leads_inside_is_refused(url: str) -> None:
    with pytest.raises(RefusedUrlError):
        Guard().check_url(url)


@pytest.mark.parametrize("url", ["https://news.example/feed", "http://93.184.215.14:80/"])
def test_the_open_internet_may_be_asked(url: str) -> None:
    Guard().check_url(url)


def test_a_named_exception_holds_for_its_port_alone() -> None:
    guard = Guard(allow_private=frozenset({"127.0.0.1:8017"}))

    guard.check_url("http://127.0.0.1:8017/feed.xml")
    with pytest.raises(RefusedUrlError):
        guard.check_url("http://127.0.0.1:8018/feed.xml")


def test_a_connection_is_allowed_to_what_is_public_and_to_what_is_named() -> None:
    guard = Guard(allow_private=frozenset({"desk.example:8017"}))

    assert guard.may_connect("news.example", "93.184.215.14", 443)
    assert guard.may_connect("desk.example", "10.0.0.7", 8017)
    assert not guard.may_connect("news.example", "10.0.0.7", 443)
    assert not guard.may_connect("news.example", "93.184.215.14", 22)
    assert not guard.may_connect("desk.example", "10.0.0.7", 443)


def test_a_connection_goes_to_an_address_that_was_checked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for host in ("localhost", "127.0.0.1"):
            with pytest.raises(RefusedUrlError):
                connect(Guard(), host, port, 1)
        guard = Guard(allow_private=frozenset({f"localhost:{port}"}))
        with connect(guard, "localhost", port, 1) as connection:
            assert connection.getpeername()[:2] == ("127.0.0.1", port)


@pytest.mark.parametrize("host", ["a..example", f"{'a' * 64}.example"])
def test_what_cannot_be_a_name_is_refused(host: str) -> None:
    with pytest.raises(RefusedUrlError):
        connect(Guard(), host, 443, 1)


def test_a_server_that_is_not_there_is_an_error_of_the_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with pytest.raises(ConnectionRefusedError):
        connect(Guard(allow_private=frozenset({f"127.0.0.1:{port}"})), "127.0.0.1", port, 1)


@pytest.mark.parametrize("address", ["", "nonsense", "0.0.0.0", "255.255.255.255", "::"])
def test_what_is_no_public_address_is_none(address: str) -> None:
    assert not is_public(address)
