"""Servers that accept every push: a local nginx where there is one, else a bare one of ours."""

import asyncio
import contextlib
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from notifications.emulator.certificates import make_certificates
from notifications.transports.lane import frames
from tests.processes import ROOT, free_port, is_listening, wait_until

ANSWER = b'{"name":"projects/p/messages/1"}\n'
LATENCY = 0.1  # seconds
MODULE = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")
NGINX = """
load_module {module}; daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 8192; }}
http {{
    access_log off; default_type application/json; client_body_buffer_size 16k;
    ssl_certificate {certificate}; ssl_certificate_key {certificate};
    keepalive_requests 1000000000; keepalive_timeout 300s; http2_max_concurrent_streams 100;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {{
        listen 127.0.0.1:{fast} ssl http2;
        location / {{ echo_read_request_body; echo '{{"name":"projects/p/messages/1"}}'; }}
    }}
    server {{
        listen 127.0.0.1:{slow} ssl http2;
        location / {{
            echo_read_request_body; echo_sleep {latency}; echo '{{"name":"projects/p/messages/1"}}';
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Sink:
    """`fast` answers at once, `slow` after LATENCY; `authority` is the certificate to trust."""

    name: str
    fast: int
    slow: int
    authority: Path


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Sink]:
    authority, certificate = make_certificates(folder)
    fast, slow = free_port(), free_port()
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program and MODULE.exists():
        name, config = "nginx", folder / "nginx.conf"
        facts = {"module": MODULE, "folder": folder, "certificate": certificate}
        config.write_text(NGINX.format(**facts, fast=fast, slow=slow, latency=LATENCY))
        command = [program, "-p", str(folder), "-c", str(config)]
    else:
        name = "a bare server in Python (no nginx with its echo module here)"
        command = [sys.executable, "-m", "tests.bench.push_sink", str(certificate)]
        command += [str(fast), str(slow)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_until(lambda: is_listening(fast) and is_listening(slow), 20)
        yield Sink(name, fast, slow, authority)
    finally:
        process.terminate()
        process.wait(10)


class Accepting(asyncio.Protocol):
    """HTTP/2 as far as a sink needs it: every request that ends is answered 200."""

    def __init__(self, latency: float) -> None:
        self.latency, self.rest = latency, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.is_begun = False
        settings = b"\0\3\0\0\0\x64" + b"\0\4\0\x10\0\0"  # 100 streams, windows of 1 MB
        window = frames.pack_number(
            frames.WINDOW_UPDATE, 0, frames.MAX_WINDOW - frames.FIRST_WINDOW
        )
        transport.write(frames.pack(frames.SETTINGS, 0, 0, settings) + window)

    def data_received(self, received: bytes) -> None:
        data = self.rest + received
        if not self.is_begun:
            if len(data) < len(frames.PREFACE):
                self.rest = data
                return
            self.is_begun, data = True, data.removeprefix(frames.PREFACE)
        at, answers = 0, []
        while len(data) - at >= frames.HEADER_SIZE:
            high, low, kind, flags, stream_id = frames.HEADER.unpack_from(data, at)
            end = at + frames.HEADER_SIZE + (high << 8 | low)
            if end > len(data):
                break
            if kind == frames.DATA and flags & frames.END_STREAM:
                answers.append(frames.pack(frames.HEADERS, frames.END_HEADERS, stream_id, b"\x88"))
                answers.append(frames.pack(frames.DATA, frames.END_STREAM, stream_id, ANSWER))
            elif kind in (frames.SETTINGS, frames.PING) and not flags & frames.ACK:
                payload = data[at + frames.HEADER_SIZE : end] if kind == frames.PING else b""
                self.transport.write(frames.pack(kind, frames.ACK, 0, payload))
            at = end
        self.rest = data[at:]
        if answers:
            self.answer(b"".join(answers))

    def answer(self, answers: bytes) -> None:
        if self.latency:
            asyncio.get_running_loop().call_later(self.latency, self.transport.write, answers)
        else:
            self.transport.write(answers)


async def serve(certificate: str, fast: int, slow: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(["h2"])
    loop = asyncio.get_running_loop()
    for port, latency in ((fast, 0), (slow, LATENCY)):
        await loop.create_server(
            lambda late=latency: Accepting(late), "127.0.0.1", port, ssl=context
        )
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
