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
    first_p50: float
    first_p99: float
    """Seconds to the first byte, which says more where an answer is sent while it is made."""
    size: int
    """Bytes of a body, on average."""
    cpu: float = 0
    """Seconds that one request took of the server's CPU, where that is known."""


def make_request(method: str, path: str, secret: str = "", body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Accept: application/json"]
    if secret:
        lines.append(f"Authorization: Bearer {secret}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def press(port: int, make: Make, seconds: float, connections: int = 16) -> Load:
    """Ask for so long, each connection once at least and one request a connection at a time.

    Raises where an answer is no 2xx.
    """
    numbers, begun = count(), time.perf_counter()

    def ask(_: int) -> tuple[list[tuple[float, float]], int]:
        took, size = [], 0
        with socket.create_connection(("127.0.0.1", port)) as connection:
            while not took or time.perf_counter() - begun < seconds:
                request, at = make(next(numbers)), time.perf_counter()
                connection.sendall(request)
                first = connection.recv(65_536)
                first_at = time.perf_counter()
                size += read_rest(connection, first)
                took.append((time.perf_counter() - at, first_at - at))
        return took, size

    with ThreadPoolExecutor(connections) as pool:
        parts = list(pool.map(ask, range(connections)))
    length = time.perf_counter() - begun
    whole, first = (
        sorted(times) for times in zip(*(each for part, _ in parts for each in part), strict=True)
    )
    total = len(whole)
    half, most = total // 2, total * 99 // 100
    size = sum(size for _, size in parts) // total
    return Load(total / length, whole[half], whole[most], first[half], first[most], size)


def read_rest(connection: socket.socket, data: bytes) -> int:
    """Read the rest of an answer; the length of its body."""
    head, _, body = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 2"):
        raise RuntimeError(data[:500].decode())
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    if fields.get(b"transfer-encoding") == b"chunked":
        while not body.endswith(b"\r\n0\r\n\r\n"):
            body += connection.recv(65_536)
        return len(body)
    length = int(fields[b"content-length"])
    missing = length - len(body)
    while missing > 0:
        missing -= len(connection.recv(missing))
    return length
