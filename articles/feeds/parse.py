"""RSS and Atom to entries. Every document is hostile until it is parsed: no DTD, no entities, no
network, limits on bytes, depth and items.
"""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urljoin

from lxml import etree

from articles.feeds.dates import parse_date
from articles.feeds.entry import Entry, ParsedFeed

MOST_BYTES = 10_000_000
MOST_ITEMS = 2_000
MOST_DEPTH = 200
ATOM = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
DTD = re.compile(rb"<!DOCTYPE[^>\[]*(\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
ENTITY = re.compile(
    rb"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)([a-zA-Z][a-zA-Z0-9]{0,31};)?"
)
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
HIDDEN = re.compile(r"</?[a-zA-Z!][^>]*>")
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
DC_DATE = "{http://purl.org/dc/elements/1.1/}date"
MEDIA = "{http://search.yahoo.com/mrss/}"
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"


class ParseError(Exception):
    """The document is no feed that we can read."""


def parse(body: bytes, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """The entries of an RSS or Atom document of any version, at most 2,000. Raises ParseError."""
    if len(body) > MOST_BYTES:
        raise ParseError("larger than 10 MB")
    root = read_xml(body, content_type)
    kind = local(root)
    if kind == "feed":
        return read_atom(root, url)
    if kind in {"rss", "RDF"}:
        return read_rss(root, url)
    raise ParseError(f"a document of <{kind[:40]}>")


def read_xml(body: bytes, content_type: str) -> etree._Element:
    """Strictly first; what is not well-formed is mended and read leniently."""
    body = DTD.sub(b"", body.lstrip(b"\xef\xbb\xbf \t\r\n"), count=1)
    charset = re.search(r"charset=\"?([\w-]+)", content_type)
    for text, is_lenient in ((body, False), (mend(body), True)):
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            recover=is_lenient,
            remove_comments=True,
            remove_pis=True,
            encoding=charset[1] if charset and is_lenient else None,
        )
        try:
            root = etree.fromstring(text, parser)
        except (etree.XMLSyntaxError, ValueError, LookupError):
            continue
        if root is not None:
            return root
    raise ParseError("not XML")


def mend(body: bytes) -> bytes:
    """HTML's entities as characters, bare ampersands escaped, control characters gone."""

    def replace(match: re.Match[bytes]) -> bytes:
        name = match[1]
        known = html.unescape(f"&{name.decode()}") if name else ""
        if known and not known.startswith("&"):
            return "".join(f"&#{ord(letter)};" for letter in known).encode()
        return b"&amp;" + (name or b"")

    return ENTITY.sub(replace, CONTROLS.sub(b"", body))


def local(element: etree._Element) -> str:
    """The name without its namespace. Not by QName, which refuses what recovery lets through."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text_of(element: etree._Element | None) -> str:
    """All text below an element, or "" without one."""
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()


def child(element: etree._Element, *names: str) -> etree._Element | None:
    """The first child with one of the local names, in the names' order, whatever its namespace."""
    for name in names:
        found = next((each for each in element if local(each) == name), None)
        if found is not None:
            return found
    return None


def plain(source: str) -> str:
    """A title: tags gone, entities read, white space folded."""
    return " ".join(html.unescape(HIDDEN.sub("", html.unescape(source))).split())


def number(text: str) -> int:
    """A small whole number; 0 for anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 0


def joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url.strip())
    except ValueError:
        return ""


# RSS


def read_rss(root: etree._Element, url: str) -> ParsedFeed:
    channel = child(root, "channel")
    if channel is None:
        channel = root
    base = joined(url, text_of(child(channel, "link"))) or url
    items = (item for item in root.iter("{*}item", "item"))
    minutes = text_of(child(channel, "ttl"))
    return ParsedFeed(
        entries=tuple(
            read_item(item, base) for item, _ in zip(items, range(MOST_ITEMS), strict=False)
        ),
        title=plain(text_of(child(channel, "title"))),
        language=text_of(child(channel, "language"))[:12],
        ttl=timedelta(minutes=number(minutes)) if number(minutes) else None,
    )


def read_item(item: etree._Element, base: str) -> Entry:
    guid = child(item, "guid")
    key = text_of(guid)
    link = joined(base, text_of(first_rss_link(item)))
    if not link and guid is not None and guid.get("isPermaLink", "true") != "false":
        link = key if key.startswith(("http://", "https://")) else ""
    content = text_of(item.find(CONTENT))
    summary = text_of(next((each for each in item if each.tag == "description"), None))
    published = text_of(child(item, "pubDate", "published", "issued")) or text_of(
        item.find(DC_DATE)
    )
    author = text_of(item.find(CREATOR)) or text_of(child(item, "author"))
    return Entry(
        key=key or str(item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", "")),
        url=link,
        title=plain(text_of(child(item, "title"))),
        summary=summary or text_of(child(item, "description", "summary")),
        content=content,
        published_at=parse_date(published),
        updated_at=parse_date(text_of(child(item, "updated", "modified"))),
        authors=(plain(author),) if author else (),
        keywords=tuple(plain(text_of(each)) for each in item if local(each) == "category"),
        image_url=joined(base, find_image(item)),
        language="",
    )


def first_rss_link(item: etree._Element) -> etree._Element | None:
    """RSS's own link, not Atom's of the same name."""
    return next((each for each in item if local(each) == "link" and text_of(each)), None)


# Atom


def read_atom(root: etree._Element, url: str) -> ParsedFeed:
    base = joined(url, root.get(XML_BASE, "")) or url
    entries = (each for each in root if local(each) == "entry")
    return ParsedFeed(
        entries=tuple(
            read_entry(each, base) for each, _ in zip(entries, range(MOST_ITEMS), strict=False)
        ),
        title=plain(markup_of(child(root, "title"))),
        language=str(root.get("{http://www.w3.org/XML/1998/namespace}lang", ""))[:12],
        ttl=None,
    )


def read_entry(entry: etree._Element, base: str) -> Entry:
    base = joined(base, entry.get(XML_BASE, "")) or base
    authors = (
        text_of(child(each, "name")) or text_of(each) for each in entry if local(each) == "author"
    )
    categories = (each for each in entry if local(each) == "category")
    return Entry(
        key=text_of(child(entry, "id")),
        url=joined(base, atom_link(entry, "alternate")),
        title=plain(markup_of(child(entry, "title"))),
        summary=markup_of(child(entry, "summary")),
        content=markup_of(child(entry, "content")),
        published_at=parse_date(
            text_of(child(entry, "published", "issued", "updated", "modified"))
        ),
        updated_at=parse_date(text_of(child(entry, "updated", "modified"))),
        authors=tuple(plain(author) for author in authors if author),
        keywords=tuple(plain(each.get("label") or each.get("term") or "") for each in categories),
        image_url=joined(base, find_image(entry)),
        language=str(entry.get("{http://www.w3.org/XML/1998/namespace}lang", ""))[:12],
    )


def atom_link(entry: etree._Element, rel: str) -> str:
    """The link of a relation; one without `rel` is the alternate (RFC 4287, section 4.2.7.2)."""
    links = [each for each in entry if local(each) == "link"]
    found = next((each for each in links if each.get("rel", "alternate") == rel), None)
    return "" if found is None else str(found.get("href", ""))


def markup_of(element: etree._Element | None) -> str:
    """A text construct as HTML (RFC 4287, section 3.1)."""
    if element is None:
        return ""
    if element.get("type") == "xhtml":
        parts = (etree.tostring(each, encoding="unicode", with_tail=True) for each in element)
        return (element.text or "") + "".join(parts)
    text = text_of(element)
    return html.escape(text, quote=False) if element.get("type", "text") == "text" else text


# Images


def find_image(item: etree._Element) -> str:
    """The largest media:content, an image enclosure, a thumbnail, or the first <img> in a body."""
    candidates = sorted(images(item), key=lambda each: each[:2], reverse=True)
    if candidates:
        return candidates[0][2]
    body = text_of(item.find(CONTENT)) or markup_of(
        child(item, "content", "description", "summary")
    )
    inline = re.search(r"<img\b[^>]*?\bsrc\s*=\s*[\"']?([^\"'\s>]+)", body, re.IGNORECASE)
    return html.unescape(inline[1]) if inline else ""


def images(item: etree._Element) -> Iterator[tuple[int, int, str]]:
    """(rank, width, address) of every picture that the item declares."""
    for each in item.iter(f"{MEDIA}content", f"{MEDIA}thumbnail", "enclosure", "{*}link"):
        kind, name = str(each.get("type", "")), local(each)
        url = str(each.get("url") or each.get("href") or "")
        size = number(str(each.get("width", "")))
        is_image = kind.startswith("image/") or each.get("medium") == "image"
        if not url:
            continue
        if name == "content" and (is_image or (not kind and not each.get("medium"))):
            yield 3, size, url
        elif name == "enclosure" or (name == "link" and each.get("rel") == "enclosure"):
            if is_image:
                yield 2, size, url
        elif name == "thumbnail":
            yield 1, size, url
