"""Google News sitemaps, and indexes of them, to entries.

Sources: https://www.sitemaps.org/protocol.html,
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap.
"""

from datetime import UTC, datetime

from lxml import etree

from articles.feeds.dates import parse_date
from articles.feeds.entry import Entry, ParsedFeed
from articles.feeds.rss import Fields, first_text, joined, lay_out, plain, unique
from articles.feeds.xml import MOST_ITEMS, name_of

MOST_SITEMAPS = 50
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def read_sitemap(root: etree._Element, url: str) -> ParsedFeed:
    """A <urlset> or a <sitemapindex>. Pages without <news:news> are no news and left out."""
    if name_of(root) == "sitemapindex":
        return read_index(root, url)
    entries = (read_page(lay_out(page), url) for page in root if name_of(page) == "url")
    news = (entry for entry in entries if entry)
    return ParsedFeed(
        format="news_sitemap",
        entries=tuple(entry for entry, _ in zip(news, range(MOST_ITEMS), strict=False)),
    )


def read_index(root: etree._Element, url: str) -> ParsedFeed:
    """The sitemaps whose name speaks of news, or else all; the latest first."""
    found = [
        (parse_date(first_text(fields, "lastmod")) or NEVER, joined(url, first_text(fields, "loc")))
        for each in root
        if name_of(each) == "sitemap"
        for fields in [lay_out(each)]
    ]
    news = [each for each in found if "news" in each[1].lower()]
    latest = sorted(news or found, key=lambda each: each[0], reverse=True)
    return ParsedFeed(
        format="sitemap_index",
        sitemap_urls=unique(address for _, address in latest[:MOST_SITEMAPS]),
    )


def read_page(fields: Fields, url: str) -> Entry | None:
    news = next(iter(fields.get("news:news", ())), None)
    if news is None:
        return None
    facts = lay_out(news)
    publication = next((lay_out(each) for each in facts.get("news:publication", ())), {})
    words = first_text(facts, "news:keywords").split(",")
    address = joined(url, first_text(fields, "loc"))
    return Entry(
        key=address,
        url=address,
        title=plain(first_text(facts, "news:title")),
        base_url=address,
        published_at=parse_date(first_text(facts, "news:publication_date")),
        updated_at=parse_date(first_text(fields, "lastmod")),
        keywords=unique(plain(word) for word in words),
        image_url=joined(url, lead_image(fields)),
        language=first_text(publication, "news:language")[:35],
    )


def lead_image(fields: Fields) -> str:
    """Publishers put the lead picture first."""
    pictures = (first_text(lay_out(each), "image:loc") for each in fields.get("image:image", ()))
    return next((picture for picture in pictures if picture), "")
