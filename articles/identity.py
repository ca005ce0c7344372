"""When two entries are the same article. Pure."""

import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from articles.feeds.entry import Entry

TRACKING = frozenset(
    {
        *("at_campaign", "at_custom1", "at_custom2", "at_custom3", "at_custom4", "at_medium"),
        *("cmpid", "dclid", "fbclid", "gclid", "igshid", "ito", "mc_cid", "mc_eid", "msclkid"),
        *("ocid", "ref_src", "smid", "sref", "yclid"),
    }
)
DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """The address without what only counts visitors; "" for what is no web address.

    Scheme and host in lower case, no default port, no fragment, no tracking parameters. The other
    parameters keep their order: some servers care.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return ""
    host = parts.hostname if ":" not in parts.hostname else f"[{parts.hostname}]"
    if port and port != DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in TRACKING and not name.lower().startswith("utm_")
    ]
    return urlunsplit((parts.scheme, host, parts.path or "/", urlencode(kept), ""))


def entry_key(entry: Entry) -> str:
    """The publisher's id where there is one, else the address; hashed when it is very long."""
    key = entry.key or canonical_url(entry.url)
    return key if len(key) <= 500 else hashlib.sha256(key.encode()).hexdigest()  # noqa: PLR2004 - the column


def content_hash(entry: Entry) -> bytes:
    """32 bytes that differ when a reader would see a difference."""
    parts = (entry.title, entry.summary, entry.content, entry.image_url, *entry.authors)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).digest()
