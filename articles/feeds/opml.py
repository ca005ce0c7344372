"""Lists of feeds as OPML, in and out. Pure. Source: http://opml.org/spec2.opml."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from articles.feeds.xml import ParseError, read_xml

MOST_OUTLINES = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """One feed of a list."""

    feed_url: str
    title: str = ""
    home_url: str = ""
    language: str = ""
    section: str = ""
    """The folder, or the first category."""


def read_opml(body: bytes) -> list[Outline]:
    """Each feed once. Raises ParseError for what is no OPML."""
    root = read_xml(body)
    if str(root.tag).lower() != "opml":
        raise ParseError(f"no OPML, but a document of <{str(root.tag)[:40]}>")
    found: dict[str, Outline] = {}
    for outline, _ in zip(walk(root, ""), range(MOST_OUTLINES), strict=False):
        found.setdefault(outline.feed_url, outline)
    return list(found.values())


def walk(parent: etree._Element, folder: str) -> Iterator[Outline]:
    for element in parent:
        facts = {str(name).lower(): str(value).strip() for name, value in element.attrib.items()}
        title = facts.get("title") or facts.get("text", "")
        url = facts.get("xmlurl", "")
        if url:
            category = facts.get("category", "").split(",")[0].strip("/ ")
            yield Outline(
                feed_url=url,
                title=title,
                home_url=facts.get("htmlurl", ""),
                language=facts.get("language", "")[:12],
                section=folder or category,
            )
        is_folder = str(element.tag).lower() == "outline" and not url
        yield from walk(element, title if is_folder else folder)


def write_links(title: str, links: Iterable[tuple[str, str]], made_at: datetime) -> bytes:
    """A document of pages, each a text and an address."""
    root, body = begin_opml(title, made_at)
    for text, url in links:
        etree.SubElement(body, "outline", {"type": "link", "text": text, "url": url})
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def write_opml(title: str, outlines: Iterable[Outline], made_at: datetime) -> bytes:
    """A document with one folder a section."""
    root, body = begin_opml(title, made_at)
    folders: dict[str, etree._Element] = {"": body}
    for each in outlines:
        if each.section not in folders:
            folders[each.section] = etree.SubElement(body, "outline", text=each.section)
        name = each.title or each.feed_url
        facts = {
            "type": "rss",
            "text": name,
            "title": name,
            "xmlUrl": each.feed_url,
            "htmlUrl": each.home_url,
            "language": each.language,
        }
        etree.SubElement(
            folders[each.section], "outline", {name: text for name, text in facts.items() if text}
        )
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def begin_opml(title: str, made_at: datetime) -> tuple[etree._Element, etree._Element]:
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = title
    etree.SubElement(head, "dateCreated").text = format_datetime(made_at)
    return root, body
