"""The one guard for every outgoing request: which addresses may be asked. Knows no Django.

A feed or a reader may give us any URL, so a name is believed only after it was resolved, and the
connection goes to the very address that was checked.
"""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Python 3.11's is_global passes some of these; 192.0.0.192 is a cloud's metadata service.
NEVER = [
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
        *("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23"),
        *("2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10"),
        *("fec0::/10", "ff00::/8"),
    )
]
PORTS = frozenset({80, 443})


class RefusedUrlError(Exception):
    """The URL may not be asked; the text says why."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return parsed.is_global and not any(parsed in network for network in NEVER)


@dataclass(frozen=True)
class Guard:
    """`allow_private` holds "host:port" of private servers that may be asked all the same."""

    allow_private: frozenset[str] = field(default_factory=frozenset)
    ports: frozenset[int] = PORTS

    def check_url(self, url: str) -> None:
        """Raises RefusedUrlError unless scheme, port and literal address are fit to be asked."""
        try:
            parts = urlsplit(url)
            port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        except ValueError as error:
            raise RefusedUrlError(f"not a URL: {error}") from error
        if parts.scheme not in {"http", "https"}:
            raise RefusedUrlError("only http and https are asked")
        if parts.username is not None or parts.password is not None:
            raise RefusedUrlError("a URL with a user name is not asked")
        if not parts.hostname:
            raise RefusedUrlError("a URL without a host")
        if f"{parts.hostname}:{port}" in self.allow_private:
            return
        if port not in self.ports:
            raise RefusedUrlError(f"port {port} is not asked")
        self.check_literal(parts.hostname)

    def allows(self, url: str) -> bool:
        """As `check_url`, for a list of which some may be left out."""
        try:
            self.check_url(url)
        except RefusedUrlError:
            return False
        return True

    def check_literal(self, host: str) -> None:
        """A host that is an address in any spelling that a C library knows: 0x7f.1, 2130706433."""
        try:
            address = socket.inet_ntoa(socket.inet_aton(host))
        except OSError:
            if ":" not in host:
                return  # a name: what it means is checked when it is resolved
            address = host
        if not is_public(address):
            raise RefusedUrlError("a private address is not asked")

    def may_connect(self, host: str, address: str, port: int) -> bool:
        """Whether a connection may be opened to an address that a URL's host led to."""
        is_named = f"{host}:{port}" in self.allow_private
        return is_named or (port in self.ports and is_public(address))

    def check_resolved(self, host: str, port: int, addresses: Iterable[str]) -> None:
        """Raises RefusedUrlError where a name leads to an address that may not be connected to."""
        if f"{host}:{port}" in self.allow_private:
            return
        # One private address among public ones is an attack, not a mistake.
        if not all(is_public(address) for address in addresses):
            raise RefusedUrlError("the name leads to a private address")


def connect(guard: Guard, host: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to one of the addresses that a name has at this moment, all of them checked.

    Raises RefusedUrlError, or OSError where no address can be reached.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # Python's own idea of a label that is empty or too long
        raise RefusedUrlError("not a name") from error
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    guard.check_resolved(host, port, addresses)
    last: OSError = OSError("the name has no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), seconds)
        except OSError as error:
            last = error
    raise last
