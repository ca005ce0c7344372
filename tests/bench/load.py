"""Many requests over a few kept-alive connections, by a client that costs little."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

Make = Callable[[int], bytes]


@dataclass(frozen=True)
class Load:
    """How it went: requests a second, and seconds for one."""

    rate: float
    p50: float
    p99: float
    size: int
    """Bytes of a body, on average."""


def make_request(method: str, path: str, secret: str = "", body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Accept: application/json"]
    if secret:
        lines.append(f"Authorization: Bearer {secret}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def press(port: int, make: Make, seconds: float, connections: int = 16) -> Load:
    """Ask for so long, one request a connection at a time. Raises where an answer is no 2xx."""
    numbers, begun = count(), time.perf_counter()

    def ask(_: int) -> tuple[list[float], int]:
        took, size = [], 0
        with socket.create_connection(("127.0.0.1", port)) as connection:
            while time.perf_counter() - begun < seconds:
                request, at = make(next(numbers)), time.perf_counter()
                connection.sendall(request)
                size += read_answer(connection)
                took.append(time.perf_counter() - at)
        return took, size

    with ThreadPoolExecutor(connections) as pool:
        parts = list(pool.map(ask, range(connections)))
    took = sorted(each for part, _ in parts for each in part)
    length = time.perf_counter() - begun
    total = len(took)
    size = sum(size for _, size in parts) // total
    return Load(total / length, took[total // 2], took[total * 99 // 100], size)


def read_answer(connection: socket.socket) -> int:
    """Read one answer; the length of its body."""
    data = connection.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 2"):
        raise RuntimeError(data[:500].decode())
    [length] = [
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    missing = length - len(body)
    while missing > 0:
        missing -= len(connection.recv(missing))
    return length
