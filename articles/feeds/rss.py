"""RSS 0.9x to 2.0, RSS 1.0 and Atom 0.3 and 1.0 to entries.

One reader for both families, since publishers mix their elements: an item is first laid out by
name, then each field is taken from the first name that has it.
"""

import base64
import binascii
import html
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from urllib.parse import urljoin

from lxml import etree

from articles.feeds.dates import parse_date
from articles.feeds.entry import Enclosure, Entry, ParsedFeed
from articles.feeds.xml import MOST_ITEMS, name_of, text_of

XML = "{http://www.w3.org/XML/1998/namespace}"
ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
# A tag begins with a letter, a slash or an exclamation mark: "a < b" is no tag.
TAG = re.compile(r"</?[a-zA-Z!][^>]*>")
INLINE_IMAGE = re.compile(
    r"<img\b[^>]*?\bsrc\s*=\s*(?:\"([^\"]+)\"|'([^']+)'|([^\s>]+))", re.IGNORECASE
)
PERSON = re.compile(r"^\s*(?:mailto:)?([^\s()<>]+@[^\s()<>]+)\s*(?:[(<\[](.*?)[)>\]])?\s*$")
NAMED_PERSON = re.compile(r"^\s*(.*?)\s*[(<\[]\s*(?:mailto:)?[^\s()<>]+@[^\s()<>]+[)>\]]\s*$")
GROUPS = frozenset({"media:group", "media:content"})
ATOM = ("{http://www.w3.org/2005/Atom}", "{http://purl.org/atom/ns#}")
PLAIN = frozenset({"", "text", "text/plain"})
SEVERAL = frozenset({"itunes:keywords", "media:keywords"})

Fields = dict[str, list[etree._Element]]  # noqa: SLF001 - lxml has no public name for it


def read_feed(root: etree._Element, url: str) -> ParsedFeed:
    """A document of <rss>, <rdf:RDF>, <feed> or one <entry>; `url` is where it came from."""
    is_atom = name_of(root) in {"feed", "entry"}
    channel = root if is_atom else next((each for each in root if name_of(each) == "channel"), root)
    fields = lay_out(channel)
    base = base_of(channel, base_of(root, url))
    home_url = joined(base, link_of(fields, "alternate"))
    base = base or home_url
    language = language_of(channel, fields) or language_of(root, {})
    items = (each for each in root.iter("{*}item", "item", "{*}entry", "entry") if is_item(each))
    minutes = first_text(fields, "ttl")
    return ParsedFeed(
        format="atom" if is_atom else "rss",
        entries=tuple(
            read_entry(each, base, language)
            for each, _ in zip(items, range(MOST_ITEMS), strict=False)
        ),
        title=plain(first_markup(fields, "title", "dc:title")),
        home_url=home_url,
        language=language,
        ttl=timedelta(minutes=number(minutes)) if number(minutes) else None,
    )


def is_item(element: etree._Element) -> bool:
    return name_of(element) in {"item", "entry"}


def lay_out(element: etree._Element) -> Fields:
    """The children by name; what stands in a group of media counts as the item's own."""
    fields: Fields = {}
    for each in element:
        name = name_of(each)
        fields.setdefault(name, []).append(each)
        if name in GROUPS:
            for inner in each.iter():
                if inner is not each:
                    fields.setdefault(name_of(inner), []).append(inner)
    return fields


def read_entry(item: etree._Element, base: str, language: str) -> Entry:
    fields = lay_out(item)
    base = base_of(item, base)
    guid = next(iter(fields.get("guid", ())), None)
    key = first_text(fields, "id", "guid") or str(item.get(ABOUT, ""))
    link = link_of(fields, "alternate")
    if not link and key.startswith(("http://", "https://")):
        is_link = guid is not None and guid.get("isPermaLink", "true").lower() != "false"
        link = key if is_link or (guid is None and not fields.get("id")) else ""
    summary, content, content_base = bodies(fields, base)
    published_at, updated_at = dates(fields)
    return Entry(
        key=key,
        url=joined(base, link),
        title=plain(first_markup(fields, "title", "dc:title", "media:title", "itunes:title")),
        summary=summary,
        content=content,
        base_url=content_base,
        published_at=published_at,
        updated_at=updated_at,
        authors=authors_of(fields),
        keywords=unique(keywords(fields)),
        image_url=joined(base, find_image(fields, content or summary)),
        enclosures=tuple(enclosures(fields, base)),
        language=language_of(item, fields) or language,
    )


def dates(fields: Fields) -> tuple[datetime | None, datetime | None]:
    updated = first_date(fields, "updated", "modified", "dcterms:modified")
    published = first_date(
        fields, "pubdate", "published", "issued", "dcterms:issued", "created", "dcterms:created"
    )
    other = first_date(fields, "dc:date", "dcterms:date", "date")
    return published or other or updated, updated or other


def first_date(fields: Fields, *names: str) -> datetime | None:
    found = (parse_date(text_of(each)) for name in names for each in fields.get(name, ()))
    return next((date for date in found if date), None)


def bodies(fields: Fields, base: str) -> tuple[str, str, str]:
    """(summary, content, base of their links)."""
    content_names = ("content:encoded", "content", "xhtml:body", "body", "fullitem", "xhtml:div")
    element = next((each for name in content_names for each in fields.get(name, ())), None)
    content = first_markup(fields, *content_names)
    summary = first_markup(
        fields,
        *("description", "summary", "dc:description", "dcterms:abstract", "itunes:summary"),
        *("media:description", "itunes:subtitle", "abstract"),
    )
    return summary, content, base if element is None else base_of(element, base)


# Text


def first_text(fields: Fields, *names: str) -> str:
    found = (text_of(each) for name in names for each in fields.get(name, ()))
    return next((text for text in found if text), "")


def first_markup(fields: Fields, *names: str) -> str:
    found = (markup_of(each) for name in names for each in fields.get(name, ()))
    return next((text for text in found if text), "")


def markup_of(element: etree._Element | None) -> str:
    """A text as HTML.

    Source: RFC 4287, section 3.1 (text, html, xhtml) and 4.1.3.3 (other types are Base64), the
    `mode` of Atom 0.3; RSS does not say, so its text counts as HTML.
    """
    if element is None:
        return ""
    kind, mode = element.get("type", "").lower(), element.get("mode", "").lower()
    if len(element) and (kind == "xhtml" or mode in {"", "xml"}):
        parts = (etree.tostring(each, encoding="unicode") for each in element)
        return ((element.text or "") + "".join(parts)).strip()
    text = text_of(element)
    if mode == "base64" or is_encoded(kind):
        return decoded(text)
    is_text = kind in PLAIN and mode != "escaped" and str(element.tag).startswith(ATOM)
    return html.escape(text, quote=False) if is_text else text


def is_encoded(kind: str) -> bool:
    """Whether a media type's text must be Base64: all but text and XML."""
    return "/" in kind and not (
        kind.startswith(("text/", "application/xhtml", "application/xml", "image/svg"))
        or kind.endswith(("+xml", "/xml", "/html"))
    )


def decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", "replace").strip()
    except (binascii.Error, ValueError):
        return text


def plain(source: str) -> str:
    """A title: tags gone, entities read, white space folded."""
    if "<" in source or "&" in source:
        source = html.unescape(TAG.sub("", html.unescape(source)))
    return " ".join(source.split())


def number(text: str) -> int:
    """A whole number of at most twelve digits; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else 0  # noqa: PLR2004


def unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def language_of(element: etree._Element, fields: Fields) -> str:
    return (str(element.get(f"{XML}lang", "")) or first_text(fields, "language", "dc:language"))[
        :35
    ]


# Links


def joined(base: str, url: str) -> str:
    url = url.strip()
    if not url or url.startswith(("https://", "http://")):
        return url
    try:
        return urljoin(base, url)
    except ValueError:
        return ""


def base_of(element: etree._Element, base: str) -> str:
    """RFC 3986, section 5.1: the nearest xml:base, itself relative to what surrounds it."""
    own = str(element.get(f"{XML}base", ""))
    return joined(base, own) if own else base


def link_of(fields: Fields, rel: str) -> str:
    """RSS's link is a text; Atom's is `href`, an alternate where `rel` is missing (RFC 4287,
    section 4.2.7.2), and an HTML page before other types.
    """
    links = fields.get("link", [])
    texts = (text_of(each) for each in links if not each.get("href"))
    if text := next((text for text in texts if text), ""):
        return text
    found = [each for each in links if (each.get("rel") or "alternate").lower() == rel]
    found.sort(key=lambda each: "html" not in str(each.get("type", "html")))
    return str(found[0].get("href", "")) if found else ""


def enclosures(fields: Fields, base: str) -> Iterator[Enclosure]:
    seen: set[str] = set()
    links = (each for each in fields.get("link", ()) if each.get("rel", "").lower() == "enclosure")
    for each in (*fields.get("enclosure", ()), *links):
        url = joined(base, str(each.get("url") or each.get("href") or ""))
        if url and url not in seen:
            seen.add(url)
            yield Enclosure(
                url=url,
                type=str(each.get("type", ""))[:100],
                length=number(str(each.get("length", "")).strip()),
            )


# People and subjects


def authors_of(fields: Fields) -> tuple[str, ...]:
    """Names; an address stands where a name is missing."""
    written = [
        text_of(inner) or text_of(each)
        for each in fields.get("author", ())
        for inner in [named_part(each)]
    ]
    for name in ("dc:creator", "dc:author", "itunes:author", "dcterms:creator", "media:credit"):
        if written := [text for text in written if text]:
            break
        written = [text_of(each) for each in fields.get(name, ())]
    return unique(person(text) for text in written)


def named_part(author: etree._Element) -> etree._Element | None:
    """Atom's author is made of parts: the name, or else the address."""
    parts = {name_of(each): each for each in author}
    return next((parts[name] for name in ("name", "email", "uri", "url") if name in parts), None)


def person(text: str) -> str:
    """`name@example.org (Name)` and `Name <name@example.org>` as the name."""
    text = plain(text) if "<" not in text or not PERSON.match(text) else text
    if found := PERSON.match(text):
        return (found[2] or found[1]).strip()
    found = NAMED_PERSON.match(text)
    return (found[1] if found and found[1] else text)[:200]


def keywords(fields: Fields) -> Iterator[str]:
    for each in fields.get("category", ()):
        yield plain(str(each.get("label") or each.get("term") or text_of(each)))
    for name in ("dc:subject", "media:category"):
        yield from (plain(str(each.get("label") or text_of(each))) for each in fields.get(name, ()))
    for name in SEVERAL:
        for each in fields.get(name, ()):
            yield from (plain(word) for word in text_of(each).split(","))


# Images


def find_image(fields: Fields, body: str) -> str:
    """The largest media:content, an image enclosure, a thumbnail, or the first <img> in a body."""
    candidates = sorted(images(fields), key=lambda each: each[:2], reverse=True)
    if candidates:
        return candidates[0][2]
    return inline_image(body) or (inline_image(html.unescape(body)) if "&lt;img" in body else "")


def inline_image(body: str) -> str:
    """The address of the first <img> of HTML; "" without one."""
    if "<img" not in body and "<IMG" not in body:
        return ""  # most have none, and to look for this is 20 times as fast
    found = INLINE_IMAGE.search(body)
    return html.unescape(found[1] or found[2] or found[3]) if found else ""


def images(fields: Fields) -> Iterator[tuple[int, int, str]]:
    """(rank, width, address) of every picture that the item declares."""
    for each in fields.get("media:content", ()):
        kind, medium = str(each.get("type", "")), each.get("medium")
        is_image = kind.startswith("image/") or medium == "image" or (not kind and not medium)
        if is_image and each.get("url"):
            yield 4, number(str(each.get("width", ""))), str(each.get("url"))
    for each in (*fields.get("enclosure", ()), *fields.get("link", ())):
        url = str(each.get("url") or each.get("href") or "")
        if url and str(each.get("type", "")).startswith("image/"):
            yield 3, 0, url
    for rank, name in ((2, "media:thumbnail"), (1, "itunes:image"), (0, "image")):
        for each in fields.get(name, ()):
            url = str(each.get("url") or each.get("href") or "") or first_text(lay_out(each), "url")
            if url:
                yield rank, number(str(each.get("width", ""))), url
