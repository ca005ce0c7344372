import gzip
from datetime import UTC, datetime

import pytest

from articles.feeds.parse import parse
from articles.feeds.xml import ParseError

SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)
NEWS = f"""<?xml version="1.0" encoding="UTF-8"?><urlset {SPACES}>
<url><loc>https://hill.example/about</loc></url>
<url>
  <loc>https://hill.example/7?a=1&amp;b=2</loc>
  <news:news>
    <news:publication>
      <news:name>Hill Courier</news:name><news:language>hy</news:language>
    </news:publication>
    <news:publication_date>2026-03-02T16:00:00+04:00</news:publication_date>
    <news:title>Fares &amp; ferries</news:title>
    <news:keywords>Transport, Lakes</news:keywords>
  </news:news>
  <image:image><image:loc>https://hill.example/7.jpg</image:loc></image:image>
</url></urlset>""".encode()


def test_a_news_page_is_an_entry_and_other_pages_are_none() -> None:
    feed = parse(NEWS, url="https://hill.example/news.xml")

    (entry,) = feed.entries
    assert feed.format == "news_sitemap"
    assert entry.url == entry.key == "https://hill.example/7?a=1&b=2"
    assert entry.title == "Fares & ferries"
    assert entry.published_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert (entry.language, entry.keywords) == ("hy", ("Transport", "Lakes"))
    assert entry.image_url == "https://hill.example/7.jpg"


def test_a_packed_sitemap_is_opened() -> None:
    assert parse(gzip.compress(NEWS)).entries == parse(NEWS).entries


def test_a_packed_sitemap_may_not_burst() -> None:
    with pytest.raises(ParseError, match="10 MB"):
        parse(gzip.compress(b"<urlset>" + b" " * 50_000_000))


def test_a_broken_package_is_no_feed() -> None:
    with pytest.raises(ParseError):
        parse(b"\x1f\x8b" + b"broken")


def test_an_index_names_the_sitemaps_of_news_the_latest_first() -> None:
    index = f"""<sitemapindex {SPACES}>
    <sitemap><loc>/pages.xml</loc><lastmod>2026-03-02</lastmod></sitemap>
    <sitemap><loc>/news-1.xml.gz</loc><lastmod>2026-03-01</lastmod></sitemap>
    <sitemap><loc>/news-2.xml.gz</loc><lastmod>2026-03-02</lastmod></sitemap>
    </sitemapindex>""".encode()

    feed = parse(index, url="https://hill.example/sitemap.xml")

    assert feed.format == "sitemap_index"
    assert feed.sitemap_urls == (
        "https://hill.example/news-2.xml.gz",
        "https://hill.example/news-1.xml.gz",
    )
