"""One TCP connection that never blocks, with TLS or without: bytes in, bytes out."""

import errno
import os
import socket
import ssl
from typing import Final

CHUNK: Final = 1 << 16  # more than 128 kB at a time would be a new mapping of memory for each read
PROTOCOL: Final = "h2"  # in TLS's choice of protocols (RFC 9113, section 3.2)

# What a name leads to, as `socket.getaddrinfo` tells it.
Place = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


def find_places(host: str, port: int) -> list[Place]:
    """Where a server may be, in the order that the system prefers. Blocks. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, place) for family, _, _, _, place in found]


class Wire:
    """A connection that is being made, then open. All errors are OSError, which SSLError is."""

    def __init__(self, place: Place, context: ssl.SSLContext | None, host: str) -> None:
        family, where = place
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = (
            context.wrap_bio(self.incoming, self.outgoing, server_hostname=host)
            if context
            else None
        )
        self.is_connected = self.is_open = self.is_ended = False
        self.unsent = b""
        try:
            self.socket.connect(where)
        except BlockingIOError:
            pass  # goes on without us
        except OSError:
            self.socket.close()
            raise

    def fileno(self) -> int:
        return self.socket.fileno()

    @property
    def wants_to_send(self) -> bool:
        return bool(self.unsent) or not self.is_connected

    def advance(self) -> bool:
        """Go on connecting and shaking hands; True once bytes may be sent."""
        if not self.is_connected:
            code = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))
            try:
                self.socket.getpeername()
            except OSError as error:
                if error.errno == errno.ENOTCONN:
                    return False
                raise
            self.is_connected = True
        if self.tls and not self.is_open:
            self.fill()
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self.flush()
                if self.is_ended:
                    raise ConnectionResetError("closed while shaking hands") from None
                return False
            self.flush()
            if self.tls.selected_alpn_protocol() != PROTOCOL:
                raise ConnectionError("the server does not speak HTTP/2")
        self.is_open = True
        return True

    def fill(self) -> bytes:
        """All that has arrived, as it was on the network; under TLS it goes to `incoming`."""
        received = []
        while True:
            try:
                chunk = self.socket.recv(CHUNK)
            except BlockingIOError:
                break
            except OSError:
                self.is_ended = True
                break
            if not chunk:
                self.is_ended = True
                break
            received.append(chunk)
            if len(chunk) < CHUNK:
                break
        raw = b"".join(received)
        if self.tls:
            self.incoming.write(raw)
        return raw

    def receive(self) -> bytes:
        """All that has arrived. What came before an end comes with it; then `is_ended` is true."""
        raw = self.fill()
        if not self.tls:
            return raw
        plain = []
        try:
            while part := self.tls.read(CHUNK):
                plain.append(part)
            self.is_ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:  # the other side said goodbye, or what came is not from it
            self.is_ended = True
        return b"".join(plain)

    def send(self, output: bytes) -> int:
        """Send, or keep for later what does not fit; how many bytes have left now."""
        if not self.tls:
            self.unsent += output
        elif output:
            try:
                self.tls.write(output)
            except ssl.SSLError:
                self.is_ended = True
        return self.flush()

    def flush(self) -> int:
        if self.outgoing.pending:
            self.unsent += self.outgoing.read()
        if not self.unsent:
            return 0
        try:
            sent = self.socket.send(self.unsent)
        except BlockingIOError:
            return 0
        except OSError:
            self.is_ended, self.unsent = True, b""
            return 0
        self.unsent = self.unsent[sent:]
        return sent

    def close(self) -> None:
        self.socket.close()
