"""What a publisher's page says."""

import re
import sys
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lxml import etree, html

from articles.extraction.body import read_body
from articles.extraction.metadata import Metadata, clean_names, split_topics, words
from articles.feeds.dates import parse_date
from articles.feeds.xml import MOST_BYTES, decode

UNTEXTUAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # no tree may hold these
REFERENCE = re.compile(r"&#(?:(\d+)|[xX]([0-9a-fA-F]+));?")
SURROGATES = range(0xD800, 0xE000)
MOST_DIGITS = 7  # of a number that can be a character's
META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)


class PageError(Exception):
    """The document is no page that we can read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Text fields are "" where the page says nothing."""

    url: str
    """Its canonical address."""
    title: str
    authors: tuple[str, ...]
    published_at: datetime | None
    updated_at: datetime | None
    topics: tuple[str, ...]
    body_html: str
    """Not safe to show."""
    image_url: str
    language: str
    is_paywalled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRules:
    """XPath expressions of one publisher, where the page is not understood; "" leaves it to us."""

    title: str = ""
    authors: str = ""
    published: str = ""
    topics: str = ""
    body: str = ""
    remove: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, rules: object) -> "PageRules":
        """What an editor wrote. Raises ValueError that names what is wrong."""
        if not isinstance(rules, dict):
            raise ValueError("page rules are an object")  # noqa: TRY004 - what a form shows
        for name, value in rules.items():
            if name not in cls.__slots__:
                raise ValueError(f"no page rule is called {name}")
            for path in value if name == "remove" and isinstance(value, list) else [value]:
                if not isinstance(path, str):
                    raise ValueError(f"{name}: an XPath is a text")  # noqa: TRY004 - as above
                try:
                    etree.XPath(path)
                except etree.XPathError as error:
                    raise ValueError(f"{name}: {error}") from error
        remove = rules.get("remove", ())
        return cls(**{**rules, "remove": (remove,) if isinstance(remove, str) else tuple(remove)})


def decode_page(body: bytes, content_type: str) -> str:
    """As a browser would: the header, then what the page says of itself, then UTF-8."""
    if "charset" not in content_type.lower() and (declared := META_CHARSET.search(body[:4096])):
        content_type = f"text/html; charset={declared[1].decode()}"
    return decode(body, content_type)


def drop_untextual(text: str) -> str:
    """Without the characters that no tree may hold, written as they are or by their number."""
    return REFERENCE.sub(keep_textual, UNTEXTUAL.sub("", text))


def keep_textual(reference: re.Match[str]) -> str:
    decimal, hexadecimal = reference.groups()
    digits, base = (decimal, 10) if decimal else (hexadecimal, 16)
    is_short = len(digits.lstrip("0")) <= MOST_DIGITS
    code = int(digits, base) if is_short else sys.maxunicode + 1
    is_textual = code <= sys.maxunicode and not UNTEXTUAL.match(chr(code))
    return reference[0] if is_textual and code not in SURROGATES else ""


def read_page(
    body: bytes, *, url: str, content_type: str = "", rules: PageRules = PageRules()
) -> Page:
    """Raises PageError for what is no HTML, or too much of it."""
    if len(body) > MOST_BYTES:
        raise PageError("larger than 10 MB")
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False
    )
    text = drop_untextual(decode_page(body, content_type))
    try:
        document = html.document_fromstring(text.encode("utf-8", "ignore"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise PageError("no HTML") from error
    facts = Metadata(document, url)
    title = first(document, rules.title) or facts.title
    page = Page(
        url=facts.canonical_url,
        title=title,
        authors=tuple(clean_names(said(document, rules.authors))) or facts.authors,
        published_at=parse_date(first(document, rules.published)) or facts.published_at,
        updated_at=facts.updated_at,
        topics=tuple(split_topics(said(document, rules.topics))) or facts.topics,
        image_url=facts.image_url,
        language=facts.language,
        is_paywalled=facts.is_paywalled,
        body_html="",
    )
    return replace(page, body_html=find_body(document, facts, title, rules))


def find_body(document: html.HtmlElement, facts: Metadata, title: str, rules: PageRules) -> str:
    article = facts.article  # read before its script is dropped
    for path in rules.remove:
        for element in nodes(document, path):
            element.drop_tree()
    chosen = nodes(document, rules.body)
    if chosen:
        return "\n".join(
            html.tostring(each, encoding="unicode", with_tail=False) for each in chosen
        )
    return read_body(document, article, title)


def find(document: html.HtmlElement, path: str) -> Any:
    """Raises PageError for an expression that is well written and cannot be answered."""
    try:
        return document.xpath(path) if path else []
    except etree.XPathError as error:
        raise PageError(f"{path}: {error}") from error


def nodes(document: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    found = find(document, path)
    return (
        [each for each in found if isinstance(each, html.HtmlElement)]
        if isinstance(found, list)
        else []
    )


def said(document: html.HtmlElement, path: str) -> list[str]:
    """The texts of elements, or attributes, that an expression finds."""
    found = find(document, path)
    found = found if isinstance(found, list) else [found]
    return [words(each) if isinstance(each, html.HtmlElement) else str(each) for each in found]


def first(document: html.HtmlElement, path: str) -> str:
    return next(iter(said(document, path)), "")
