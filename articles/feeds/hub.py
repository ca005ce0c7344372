"""Which hub sends a feed's news, as the feed itself says. Pure.

Source: https://www.w3.org/TR/websub/#discovery.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree, html

from articles.feeds.xml import ParseError, name_of, read_xml

HEADER_LINK = re.compile(
    r"<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s;,\"]*))?)*)"
)
PARAMETER = re.compile(r";\s*([\w*-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]*))")
NAMED = (b'"hub', b"'hub", b"=hub", b'hub"', b"hub'")
HEAD = 50_000  # bytes in which a document's own links stand
RELATIONS = frozenset({"hub", "self"})

Links = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Hub:
    url: str
    topic_url: str
    """What to subscribe to: the feed's own name for itself."""


def find_hub(link: str, body: bytes, content_type: str, url: str) -> Hub | None:
    """The hub in the Link header, or else in the document; the header wins as a whole."""
    found = list(header_links(link))
    if "hub" not in {rel for rel, _ in found}:
        found += body_links(body, content_type)
    hubs = [target for rel, target in found if rel == "hub"]
    topics = [target for rel, target in found if rel == "self"]
    try:
        return Hub(urljoin(url, hubs[0]), urljoin(url, topics[0] if topics else url))
    except (IndexError, ValueError):
        return None


def header_links(header: str) -> Iterator[tuple[str, str]]:
    """(relation, target) of RFC 8288's Link header; one link may have several relations."""
    for link in HEADER_LINK.finditer(header[:10_000]):
        for parameter in PARAMETER.finditer(link[2]):
            if parameter[1].lower() == "rel":
                for rel in (parameter[2] or parameter[3] or "").lower().split():
                    if rel in RELATIONS:
                        yield rel, link[1].strip()
                break  # RFC 8288, section 3.3: a second rel does not count


def body_links(body: bytes, content_type: str) -> Links:
    head = body[:HEAD]
    if not any(mark in head for mark in NAMED):
        return []
    if "html" in content_type.lower() or re.match(rb"\s*<(?:!doctype )?html", head, re.IGNORECASE):
        try:
            links = html.document_fromstring(head).iterfind(".//link")
        except (etree.ParserError, ValueError):
            return []
    else:
        try:
            root = read_xml(body, content_type)
        except ParseError:
            return []
        channel = next((each for each in root if name_of(each) == "channel"), root)
        links = (each for each in channel if name_of(each) == "link")
    return [
        (rel, str(each.get("href")))
        for each in links
        for rel in str(each.get("rel", "")).lower().split()
        if rel in RELATIONS and each.get("href")
    ]
