"""When two entries are the same article. Pure."""

import hashlib
import re
from contextlib import suppress
from datetime import datetime
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from articles.feeds.entry import Entry

# What only counts visitors, by how the parameter begins or is called.
TRACKING_PREFIXES = (
    *("utm_", "at_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_", "itm_", "stm_", "ns_", "guce_"),
    *("__hs", "_hs", "vero_", "oly_", "xtor", "wt.", "wt_", "fb_", "trk_", "mkt_", "gad_"),
)
TRACKING = frozenset(
    {
        *("_ga", "_gl", "_openstat", "campaign_id", "cmp", "cmpid", "cvid", "dclid", "dicbo"),
        *("fbclid", "feature", "ftag", "gaa_at", "gbraid", "gclid", "gclsrc", "guccounter", "igsh"),
        *("hsctatracking", "igshid", "ito", "li_fat_id", "mbid", "mc_cid", "mc_eid", "mibextid"),
        *("ml_subscriber", "ml_subscriber_hash", "msclkid", "ncid", "ocid", "otc", "rb_clickid"),
        *("ref_src", "ref_url", "referrer", "s_cid", "s_kwcid", "scid", "smid", "soc_src"),
        *("soc_trk", "spm", "sref", "syclid", "tblci", "ttclid", "twclid", "wbraid", "wickedid"),
        *("yclid", "ysclid"),
    }
)
# Parameters that are tracking when their value only says that the link stood in a feed.
FEED_MARKS = frozenset(
    {"cmp", "emc", "feed", "from", "ft", "output", "partner", "ref", "rss", "source", "src", "tag"}
)
FEED_MARK = re.compile(r"(?:rss|feed|atom)(?:[-_.].*)?$", re.IGNORECASE)
PLAIN = re.compile(r"[\w/&=+:@!$'()*,;~.-]*", re.ASCII)
ESCAPES = re.compile(r"(?:%[0-9a-fA-F]{2})+")
DEFAULT_PORTS = {"http": 80, "https": 443}
KEY_LENGTH = 500
TELLING_TITLE = 25  # letters; a shorter title ("Morning briefing") returns on other articles


def canonical_url(url: str) -> str:
    """The address without what only counts visitors; "" for what is no web address.

    Scheme and host in lower case, no default port, no fragment but `#!`, no tracking parameters.
    The other parameters stay as they are: some servers care.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return ""
    host = parts.hostname.rstrip(".")
    host = host if ":" not in host else f"[{host}]"
    if port and port != DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    query = "&".join(each for each in parts.query.split("&") if each and not is_tracking(each))
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit((parts.scheme, host, parts.path or "/", query, fragment))


def is_tracking(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    name = unquote(name).lower()
    return (
        name in TRACKING
        or name.startswith(TRACKING_PREFIXES)
        or (name in FEED_MARKS and FEED_MARK.match(unquote(value)) is not None)
    )


def hash_url(url: str) -> bytes:
    """16 bytes, the same for canonical addresses that lead to one page.

    On top of `canonical_url`: http and https, with and without "www." and a slash at the end, the
    order of parameters and the spelling of %-escapes and international names make no difference.
    """
    parts = urlsplit(url)
    host = parts.netloc
    if not host.isascii():
        with suppress(UnicodeError):
            host = host.encode("idna").decode()
    path = spelled(resolve_dots(parts.path)).rstrip("/")
    query = "&".join(sorted(spelled(each.rstrip("=")) for each in parts.query.split("&")))
    key = f"{host.removeprefix('www.')}{path}?{query}#{parts.fragment}"
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()[:16]


def spelled(text: str) -> str:
    """One spelling of the %-escapes (RFC 3986, section 6.2.2)."""
    if PLAIN.fullmatch(text):
        return text
    if "%" in text and is_utf_8(text):
        text = ESCAPES.sub(lambda escaped: quote(unquote(escaped[0]), safe=""), text)
    return quote(text, safe="/%&=+:@!$'()*,;~-._")


def is_utf_8(text: str) -> bool:
    try:
        unquote(text, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def resolve_dots(path: str) -> str:
    """RFC 3986, section 5.2.4, for a path that begins with a slash."""
    kept: list[str] = []
    if "/." not in path:
        return path
    for part in path.split("/"):
        if part == "..":
            kept = kept[:-1] or [""]
        elif part != ".":
            kept.append(part)
    return "/".join(kept)


def entry_key(entry: Entry, feed_id: int) -> str:
    """What a feed calls its entry, once for each feed; "" where the feed has no ids."""
    key = f"{feed_id}:{entry.key}" if entry.key else ""
    return key if len(key) <= KEY_LENGTH else hashlib.sha256(key.encode()).hexdigest()


def hash_twin(title: str, published_at: datetime) -> bytes | None:
    """16 bytes, the same for a title that returns on the same day; None for titles that say little.

    A publisher that rewrites ids and addresses at once is known again by this.
    """
    folded = " ".join(re.findall(r"\w+", title.casefold()))
    if len(folded) < TELLING_TITLE:
        return None
    key = f"{published_at:%Y-%m-%d} {folded}"
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()[:16]


def content_hash(entry: Entry) -> bytes:
    """32 bytes that differ when a reader would see a difference."""
    parts = (entry.title, entry.summary, entry.content, entry.image_url, *entry.authors)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).digest()


def entry_mark(entry: Entry, content_hash: bytes) -> bytes:
    """8 bytes by which an entry that a feed lists once more, as it was, is passed over."""
    parts = (entry.key, entry.url, str(entry.published_at), content_hash.hex())
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=8).digest()
