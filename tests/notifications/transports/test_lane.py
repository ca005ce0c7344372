"""The lane against servers that others wrote; skipped, visibly, where they are missing."""

import contextlib
import os
import shutil
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifications.emulator.certificates import make_certificates
from notifications.transports.lane import OK, Lane, Patience
from tests.notifications.transports.lane.servers import requests
from tests.processes import free_port, is_listening, wait_until

pytestmark = pytest.mark.contract

MODULES = Path("/usr/lib/nginx/modules")
NGINX = """
{load} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; default_type application/json;
    ssl_certificate {certificate}; ssl_certificate_key {certificate};
    client_body_buffer_size 1m; keepalive_requests {most}; http2_max_concurrent_streams 100;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        location / {{ {answer} }}
        location /missing {{ return 404 "no such phone"; }}
    }}
}}
"""


@pytest.fixture
def certificates(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """What to trust, and the server's certificate with its key."""
    authority, certificate = make_certificates(tmp_path)
    return ssl.create_default_context(cafile=str(authority)), certificate


def find(program: str) -> str:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if not path:
        pytest.skip(f"no {program} here")
    return path


@contextlib.contextmanager
def running(*command: str, port: int) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        if not port:
            assert process.stdout
            port = int(process.stdout.readline())
        wait_until(lambda: is_listening(port), 10)
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=10)


@contextlib.contextmanager
def nginx(folder: Path, certificate: Path, most: int = 1_000_000) -> Iterator[int]:
    program, port = find("nginx"), free_port()
    echo = MODULES / "ngx_http_echo_module.so"
    config = NGINX.format(
        load=f"load_module {echo};" if echo.exists() else "",
        answer="echo_read_request_body; echo '{}';" if echo.exists() else "return 200 '{}';",
        folder=folder,
        certificate=certificate,
        most=most,
        port=port,
    )
    (folder / "nginx.conf").write_text(config)
    with running(program, "-p", str(folder), "-c", str(folder / "nginx.conf"), port=port):
        yield port


@contextlib.contextmanager
def node(certificate: Path, mode: str) -> Iterator[int]:
    script = str(Path(__file__).with_name("node_server.js"))
    with running(find("node"), script, str(certificate), mode, port=0) as port:
        yield port


def send(
    port: int, tls: ssl.SSLContext, count: int, body: bytes = b"{}" * 600
) -> "Counter[object]":
    """The outcomes, by status or kind; each request has exactly one."""
    lane = Lane[int, None](
        f"https://localhost:{port}", connections=3, tls=tls, patience=Patience(answer=8)
    )
    begun = time.monotonic()
    sent = list(lane.send(requests(count, body)))
    assert time.monotonic() - begun < 60
    lane.close()
    assert sorted(key for key, _ in sent) == list(range(count))
    return Counter(getattr(outcome, "status", type(outcome).__name__) for _, outcome in sent)


@pytest.mark.parametrize("most", [1_000_000, 1000])
def test_nginx_answers_all_and_may_leave_every_1000_requests(
    tmp_path: Path, certificates: tuple[ssl.SSLContext, Path], most: int
) -> None:
    tls, certificate = certificates
    with nginx(tmp_path, certificate, most) as port:
        assert send(port, tls, 20_000) == {200: 20_000}
        assert send(port, tls, 50, b"x" * 200_000) == {200: 50}


def test_nginx_that_is_restarted_loses_at_most_what_was_under_way(
    tmp_path: Path, certificates: tuple[ssl.SSLContext, Path]
) -> None:
    tls, certificate = certificates
    with nginx(tmp_path, certificate) as port:
        lane = Lane[int, None](f"https://localhost:{port}", connections=2, tls=tls)
        outcomes = []
        for number, (_, outcome) in enumerate(lane.send(requests(5000))):
            outcomes.append(outcome)
            if number == 1000:
                master = int((tmp_path / "pid").read_text())
                os.kill(master, 1)  # SIGHUP: new workers, and the old ones leave when they are done
        lane.close()

    assert len(outcomes) == 5000
    assert sum(outcome is not OK for outcome in outcomes) <= 200


def test_nghttpd_answers_all(tmp_path: Path, certificates: tuple[ssl.SSLContext, Path]) -> None:
    tls, certificate = certificates
    path, port = tmp_path / "v1" / "projects" / "p", free_port()
    path.mkdir(parents=True)
    (path / "messages:send").write_text("{}")
    options = (f"--htdocs={tmp_path}", "--padding=64", "--trailer=x-end: yes")
    command = (find("nghttpd"), *options, str(port), str(certificate), str(certificate))
    with running(*command, port=port):
        assert send(port, tls, 20_000) == {200: 20_000}


@pytest.mark.parametrize("mode", ["plain", "goaway", "reset", "settings", "padding"])
def test_node_answers_all(certificates: tuple[ssl.SSLContext, Path], mode: str) -> None:
    tls, certificate = certificates
    with node(certificate, mode) as port:
        counts = send(port, tls, 7000)

    if mode == "reset":  # a few may be refused six times
        assert counts["Refused"] <= 10
    assert counts[200] + counts[404] + counts["Refused"] == 7000
    assert 500 < counts[404] < 1500
