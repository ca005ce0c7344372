"""Bytes to an XML tree, whatever was published as XML. No DTD, no entities, no network; limits on
depth, bytes and items; strictly first, and what is not well-formed mended and read leniently.
"""

import codecs
import html
import re
import zlib
from functools import lru_cache

from lxml import etree

MOST_BYTES = 10_000_000
MOST_ITEMS = 2_000
PROLOGUE = 10_000  # characters in which a DTD may stand; a later one is refused by the parser
CROWDED = 1_000_000  # bytes; a shorter document cannot hold items enough to hurt

DTD = re.compile(r"<!DOCTYPE[^>\[]*(\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>", re.IGNORECASE)
DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
ITEM = re.compile(r"<(?:[\w-]{1,20}:)?(?:item|entry|url|sitemap)[\s>/]", re.IGNORECASE)
ENTITY = re.compile(
    r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)([a-zA-Z][a-zA-Z0-9]{0,31};)?"
)
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|&#(?:0+|x0+);")
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
)
# Browsers read these names as their Windows supersets (WHATWG Encoding, section 4.2).
WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030"}

# Publishers write the same element in many name spaces: each gets one short prefix here, and what
# is plain RSS or Atom gets none.
PREFIXES = {
    "": "",
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.rssboard.org/media-rss": "media",
    "http://video.search.yahoo.com/mrss": "media",
    "http://video.search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/xml/1998/namespace": "xml",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "",
    "http://www.google.com/schemas/sitemap/0.84": "",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.google.com/schemas/sitemap-image/1.1": "image",
}
KNOWN = frozenset(PREFIXES.values()) | {"atom", "rss"}


class ParseError(Exception):
    """The document is no feed that we can read."""


def read_xml(body: bytes, content_type: str = "") -> etree._Element:
    """The root element. Raises ParseError for what cannot be mended into XML."""
    text = cut(decode(body, content_type))
    if "<!DOCTYPE" in text[:PROLOGUE].upper():
        text = DTD.sub("", text, count=1)
    for is_lenient in (False, True):
        source = mend(text) if is_lenient else text
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            recover=is_lenient,
            remove_comments=True,
            remove_pis=True,
            encoding="utf-8",
        )
        try:
            root = etree.fromstring(source.encode("utf-8", "ignore"), parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        if root is not None:
            return root
    raise ParseError("not XML")


def unzipped(body: bytes) -> bytes:
    """The contents of a gzip file, as sitemaps often are; anything else as it is."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    opener = zlib.decompressobj(wbits=31)
    try:
        opened = opener.decompress(body, MOST_BYTES + 1)
    except zlib.error as error:
        raise ParseError("a broken gzip file") from error
    if len(opened) > MOST_BYTES:
        raise ParseError("larger than 10 MB")
    return opened


def decode(body: bytes, content_type: str = "") -> str:
    """Text by byte order mark, then UTF-8 where it fits, then what header and declaration say.

    RFC 7303, section 3 would believe the header before the bytes; but servers that add a charset
    nobody chose are common, and a text that is valid UTF-8 by chance is not. Encodings that look
    like ASCII (UTF-7, ISO-2022-JP) have no such proof and are believed.
    """
    for mark, name in MARKS:
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff")
    header, declared = CHARSET.search(content_type), DECLARED.search(body[:1024])
    names = [found[1] for found in (header,) if found]
    names += [found[1].decode() for found in (declared,) if found]
    order = [*names, "utf-8"] if body.isascii() else ["utf-8", *names]
    for name in order:
        try:
            codec = codecs.lookup(name).name
            return body.decode(WIDER.get(codec, codec)).lstrip("\ufeff")
        except (LookupError, ValueError):
            continue
    return body.decode("cp1252", "replace")


def cut(text: str) -> str:
    """Without what follows the last item that we would read."""
    if declaration := DECLARATION.match(text):
        text = text[declaration.end() :]
    text = text.lstrip()
    if len(text) > CROWDED:
        for count, found in enumerate(ITEM.finditer(text)):
            if count == MOST_ITEMS:
                return text[: found.start()]
    return text


def mend(text: str) -> str:
    """HTML's entities as characters, bare ampersands escaped, illegal characters gone.

    Inside CDATA an entity is text and stays.
    """

    def replace(match: re.Match[str]) -> str:
        known = html.unescape(match[0]) if match[1] else match[0]
        return (
            "".join(f"&#{ord(letter)};" for letter in known)
            if known != match[0]
            else ("&amp;" + (match[1] or ""))
        )

    parts = ILLEGAL.sub("", text).split("<![CDATA[")
    mended = [ENTITY.sub(replace, parts[0])]
    for part in parts[1:]:
        inside, end, outside = part.partition("]]>")
        mended.append(inside + end + ENTITY.sub(replace, outside))
    return "<![CDATA[".join(mended)


@lru_cache(maxsize=4096)
def name_of_tag(tag: str) -> str:
    """`{http://purl.org/dc/elements/1.1/}creator` as "dc:creator"; "" in a name space unknown."""
    space, _, local = tag.rpartition("}")
    if not space and ":" in local:  # a prefix that nobody declared
        prefix, _, local = local.partition(":")
        prefix = prefix.lower()
        if prefix not in KNOWN:
            return ""
        prefix = "" if prefix in {"atom", "rss"} else prefix
    else:
        known = PREFIXES.get(space[1:].lower())
        if known is None:
            return ""
        prefix = known
    return f"{prefix}:{local.lower()}" if prefix else local.lower()


def name_of(element: etree._Element) -> str:
    """The element's name with our prefix, in lower case; "" where it is none that we know."""
    return name_of_tag(element.tag) if isinstance(element.tag, str) else ""


def text_of(element: etree._Element | None) -> str:
    """All text below an element, or "" without one."""
    if element is None:
        return ""
    if len(element) == 0:
        return (element.text or "").strip()
    return "".join(str(part) for part in element.itertext()).strip()
