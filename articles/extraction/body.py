"""The text of an article among all that stands on its page."""

import html
import re
from collections import Counter

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Document

from articles.extraction.json_ld import Node, texts

# What stands in the middle of articles and is none of their text, by how designers call it.
ASIDE = re.compile(
    r"(?:^|[\s_-])(?:captions?|figcaption|image-?credit|photo-?credit|credits?|newsletters?|sign-?up|"
    r"subscri\w+|related\w*|recommend\w*|recirc\w*|read-?(?:more|next|also)|more-?(?:on|from|about)|"
    r"most-?(?:read|popular)|trending|promo\w*|teaser\w*|share\w*|social\w*|comments?|disqus|"
    r"(?:author|writer)-?(?:bio|box|info|card|profile|description)|bio|about-?the-?author|"
    r"breadcrumbs?|advert\w*|ads?|sponsor\w*|outbrain|taboola|cookie\w*|paywall-?\w*|toolbar|"
    r"sr-only|visually-?hidden|screen-?reader\w*|print-?only|disclaimer|correction-?form)(?=$|[\s_-])",
    re.IGNORECASE,
)
PICTURE = re.compile(r"image|photo|picture|media|figure|img|gallery", re.IGNORECASE)
ASIDE_TAGS = {"figure", "figcaption", "aside", "nav", "footer", "form", "button", "noscript"}
KEPT_TAGS = {"html", "body", "main", "article", "p", "h1", "h2", "h3"}
MOST_ASIDE = 600  # letters; what holds more is a wrapper with an unlucky name
BLOCKS = {"p": "p", "head": "h2", "quote": "blockquote", "item": "li"}
MOST_CAPTION = 300  # letters beside a picture in a box of their own
TELLING = 500  # letters; a shorter articleBody is a teaser
COVERED = 0.8


def read_body(document: HtmlElement, article: Node, title: str) -> str:
    """HTML of paragraphs, headings, quotes and list items; "" where there is no text. Changes the
    document.
    """
    drop_asides(document)
    extracted = trafilatura.bare_extraction(
        document,
        fast=True,
        include_comments=False,
        include_tables=False,
        include_images=False,
        include_links=False,
        with_metadata=False,
    )
    found = extracted.body if isinstance(extracted, Document) else None
    body = "" if found is None else as_html(found, title)
    said = " ".join(texts(article.get("articleBody")))
    is_whole = len(said) > max(TELLING, COVERED * len(plain(body)))
    return guided(body, said) if is_whole else body


def guided(body: str, said: str) -> str:
    """The body without blocks that the publisher's own plain text of the article has not; that text
    itself where the body misses much of it.
    """
    wanted = Counter(words(said))
    blocks = [block for block in body.splitlines() if is_covered(words(plain(block)), wanted)]
    kept = sum((Counter(words(plain(block))) for block in blocks), Counter[str]())
    if (kept & wanted).total() >= COVERED * wanted.total():
        return "\n".join(blocks)
    return from_text(said)


def is_covered(block: list[str], wanted: Counter[str]) -> bool:
    return sum(word in wanted for word in block) >= COVERED * len(block)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def drop_asides(document: HtmlElement) -> None:
    etree.strip_elements(document, "script", "style", "template", "svg", with_tail=False)
    for element in list(document.iter()):
        if isinstance(element.tag, str) and element.getparent() is not None and is_aside(element):
            element.drop_tree()


def is_aside(element: HtmlElement) -> bool:
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    looks_so = element.tag in ASIDE_TAGS or (
        element.tag not in KEPT_TAGS and ASIDE.search(named) is not None
    )
    length = len(str(element.text_content()))
    is_picture = (
        length < MOST_CAPTION and PICTURE.search(named) and element.find(".//img") is not None
    )
    return bool(is_picture) or (looks_so and length < MOST_ASIDE)


def as_html(body: etree._Element, title: str) -> str:
    """Trafilatura's tree in HTML's words, without the title, which has a place of its own."""
    written = []
    for element in body:
        name = BLOCKS.get(str(element.tag), "p")
        items = [element] if element.tag != "list" else list(element)
        tag = "li" if element.tag == "list" else name
        for item in items:
            for line_break in item.iter("lb"):
                line_break.tail = "\n" + (line_break.tail or "")
            for line in "".join(map(str, item.itertext())).splitlines():
                text = " ".join(line.split())
                if text and text != title:
                    written.append(f"<{tag}>{html.escape(text, quote=False)}</{tag}>")
    return "\n".join(written)


def from_text(text: str) -> str:
    if re.search(r"<(?:p|br|div)\b", text, re.IGNORECASE):
        return text
    paragraphs = (" ".join(line.split()) for line in html.unescape(text).splitlines())
    return "\n".join(f"<p>{html.escape(line, quote=False)}</p>" for line in paragraphs if line)


def plain(markup: str) -> str:
    return re.sub(r"<[^>]*>", "", markup)
