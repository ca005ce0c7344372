"""Where a site has its feeds: what its pages say, then what addresses are usual. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from articles.feeds.xml import decode

MOST = 40
MOST_BYTES = 2_000_000
TYPES = {
    "application/rss+xml": "rss",
    "application/rdf+xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "json",
    "application/json": "json",
}
LOOKS_LIKE_A_FEED = re.compile(
    r"(?:/|^)(?:rss|feeds?|atom)(?:[/.?]|$)|\.(?:rss|atom|rdf)$", re.IGNORECASE
)
USUAL = (
    *("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json"),
    *("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/news_sitemap.xml"),
    "/sitemap.xml",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A possible feed; only reading it tells."""

    url: str
    title: str
    kind: str
    """"rss", "atom", "json", "news_sitemap" or "" where the page does not say."""


def find_feeds(body: bytes, url: str, content_type: str = "") -> list[Found]:
    """Feeds that a page names in its head, then links that look like feeds; each address once."""
    text = decode(body[:MOST_BYTES], content_type)
    try:
        page = html.document_fromstring(text.encode("utf-8", "ignore"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    base = next((each.get("href") for each in page.iterfind(".//base") if each.get("href")), "")
    found: dict[str, Found] = {}
    for each in (*named(page), *linked(page)):
        try:
            address = urljoin(urljoin(url, base), each.url.strip())
        except ValueError:
            continue
        if address.startswith(("http://", "https://")):
            found.setdefault(address, Found(address, each.title, each.kind))
    return list(found.values())[:MOST]


def named(page: html.HtmlElement) -> Iterator[Found]:
    for each in page.iterfind(".//link"):
        kind = TYPES.get((each.get("type") or "").split(";")[0].strip().lower())
        href, rel = each.get("href") or "", (each.get("rel") or "").lower().split()
        # Every WordPress page names its own JSON for programs, which is no feed.
        is_feed = kind and "alternate" in rel and not (kind == "json" and "wp-json" in href)
        if kind and href and is_feed:
            yield Found(href, (each.get("title") or "").strip(), kind)


def linked(page: html.HtmlElement) -> Iterator[Found]:
    for each in page.iterfind(".//a"):
        href = each.get("href") or ""
        if LOOKS_LIKE_A_FEED.search(href.partition("#")[0]):
            yield Found(href, " ".join(str(each.text_content()).split())[:100], "")


def find_sitemaps(robots: str, url: str) -> list[Found]:
    """What robots.txt names, those of news first (https://www.sitemaps.org/protocol.html)."""
    lines = re.findall(r"^\s*sitemap\s*:\s*(\S+)", robots, re.IGNORECASE | re.MULTILINE)
    found = [Found(urljoin(url, line), "", "news_sitemap") for line in dict.fromkeys(lines[:MOST])]
    return sorted(found, key=lambda each: "news" not in each.url.lower())


def usual_addresses(url: str) -> list[Found]:
    parts = urlsplit(url)
    return [Found(f"{parts.scheme}://{parts.netloc}{path}", "", "") for path in USUAL]
