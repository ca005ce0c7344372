"""Which addresses of devices are acceptable. Pure.

An address comes from a client and is later given to a provider, or, for Web Push, is a URL that we
ask: only those of known push services, by the host as it is parsed, not as it looks.
"""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from notifications.webpush.encryption import BadKeysError, Keys

WEB_PUSH = "web_push"
FCM_FORM = re.compile(r"[A-Za-z0-9_:\-]{10,4096}")
URL_FORM = re.compile(r"[!-~]{1,2000}")  # urlsplit removes tabs and line breaks without a word
HOSTS = frozenset({"fcm.googleapis.com", "updates.push.services.mozilla.com"})
DOMAINS = (".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ORIGIN = re.compile(
    rf"(?:\[(?P<v6>[0-9a-f:]+)\]|(?P<host>{LABEL}(?:\.{LABEL})*))(?::(?P<port>\d{{1,5}}))?"
)


class BadAddressError(ValueError):
    """Not an address of its kind: which field is wrong, and why, told to the app's developer."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def check_address(kind: str, address: str, keys: str, hosts: Collection[str] = ()) -> None:
    """Raises BadAddressError. `hosts` are push services beside the browsers' own ones."""
    if kind != WEB_PUSH:
        if not FCM_FORM.fullmatch(address):
            reason = "An FCM address holds 10 to 4096 letters, digits, _, : and - only."
            raise BadAddressError("address", reason)
        if keys:
            raise BadAddressError("address_keys", "Only a Web Push subscription has keys.")
        return
    check_endpoint(address, hosts)
    if not keys:
        reason = "A Web Push subscription needs its keys: p256dh.auth."
        raise BadAddressError("address_keys", reason)
    try:
        Keys.parse(keys)
    except BadKeysError as error:
        raise BadAddressError(
            "address_keys", f"Not the keys of a subscription: {error}."
        ) from error


def check_endpoint(address: str, hosts: Collection[str] = ()) -> None:
    """Raises BadAddressError unless the URL leads to a push service that we know."""
    if not URL_FORM.fullmatch(address):
        reason = "An endpoint is a URL of at most 2000 printable ASCII characters."
        raise BadAddressError("address", reason)
    try:
        scheme, netloc = urlsplit(address.lower())[:2]
    except ValueError as error:
        raise BadAddressError("address", f"Not a URL: {error}.") from error
    origin = ORIGIN.fullmatch(netloc)
    if not origin:
        raise BadAddressError("address", "An endpoint names a host, no user and at most a port.")
    is_named = netloc in hosts
    if scheme == "http" and is_named and origin["port"] and is_loopback(netloc):
        return  # a stand-in on this machine
    if scheme != "https":
        raise BadAddressError("address", "An endpoint begins with https://.")
    if not is_named and not (is_browsers(origin["host"] or "") and origin["port"] in {None, "443"}):
        reason = f"{netloc} is not a push service that this server sends to."
        raise BadAddressError("address", reason)


def ports_of(hosts: Collection[str]) -> frozenset[int]:
    """The ports that such hosts name."""
    named = (ORIGIN.fullmatch(host) for host in hosts)
    return frozenset(int(origin["port"]) for origin in named if origin and origin["port"])


def is_loopback(host: str) -> bool:
    """Whether such a host, with or without a port, is this machine."""
    origin = ORIGIN.fullmatch(host)
    return origin is not None and (origin["v6"] or origin["host"]) in LOOPBACK


def is_browsers(host: str) -> bool:
    """Whether a host is a push service of Chrome, Firefox, Edge or Safari."""
    return host in HOSTS or host.endswith(DOMAINS)
