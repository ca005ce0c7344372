import contextlib
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from articles.outbound import Guard, RefusedUrlError
from notifications.emulator.certificates import make_certificates
from notifications.webpush.wire import MOST_IDLE, UnreachableError, Wire


class Service(ThreadingHTTPServer):
    request_queue_size = 128  # connections that come at once
    daemon_threads = True
    connections = 0
    hosts: list[str]
    answer = b""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.hosts.append(self.headers["Host"])
        self.send_response(201)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serving(certificate: Path | None = None) -> Iterator[Service]:
    with Service(("127.0.0.1", 0), Handler) as server:
        server.hosts = []
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server
        server.shutdown()


def wire_to(*hosts: str) -> Wire:
    return Wire(Guard(allow_private=frozenset(hosts)))


def test_tls_is_spoken_with_those_who_prove_their_name_over_one_connection(tmp_path: Path) -> None:
    ca, certificate = make_certificates(tmp_path)
    with serving(certificate) as server:
        port = server.server_port
        wire = wire_to(f"localhost:{port}")
        with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
            wire.post(f"https://localhost:{port}/push", b"", {})
        wire.tls.load_verify_locations(ca)

        statuses = [wire.post(f"https://localhost:{port}/push?a=b", b"", {}) for _ in range(3)]

        wire.close()
    assert [answer.status for answer in statuses] == [201] * 3
    assert server.hosts == [f"localhost:{port}"] * 3
    assert server.connections == 1


def test_a_name_on_no_certificate_is_not_sent_anything(tmp_path: Path) -> None:
    ca, certificate = make_certificates(tmp_path)
    with serving(certificate) as server:
        host = f"0.0.0.0:{server.server_port}"  # another way to say this machine
        wire = wire_to(host)
        wire.tls.load_verify_locations(ca)
        with pytest.raises(UnreachableError, match="IP address mismatch"):
            wire.post(f"https://{host}/push", b"", {})

    assert server.hosts == []


def test_a_long_answer_ends_the_connection_rather_than_being_read() -> None:
    with serving() as server:
        server.answer = b"x" * 100_000
        wire = wire_to(f"127.0.0.1:{server.server_port}")

        answer = wire.post(f"http://127.0.0.1:{server.server_port}/push", b"", {})

        assert len(answer.body) == 4096
        assert wire.idle == []


def test_idle_connections_are_bounded_and_used_for_their_own_origin() -> None:
    with serving() as one, serving() as other:
        hosts = [f"127.0.0.1:{server.server_port}" for server in (one, other)]
        wire = wire_to(*hosts)
        for host in hosts * 3:
            wire.post(f"http://{host}/push", b"", {})
        taken = [wire.take(f"http://{hosts[0]}/push") for _ in range(MOST_IDLE + 5)]
        for connection in taken:
            wire.give(f"http://{hosts[0]}/push", connection)

        assert len(wire.idle) == MOST_IDLE
        assert other.connections == 1
        wire.close()


def test_a_url_that_the_guard_refuses_is_not_connected_to() -> None:
    wire = wire_to()

    for url in ("http://127.0.0.1:80/push", "https://push.example:22/", "https://localhost/"):
        with pytest.raises(RefusedUrlError):
            wire.post(url, b"", {})
