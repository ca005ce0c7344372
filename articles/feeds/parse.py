"""Any document that publishers list their news in, to entries. Hostile until it is parsed."""

from articles.feeds.entry import ParsedFeed
from articles.feeds.jsonfeed import read_json
from articles.feeds.rss import read_feed
from articles.feeds.sitemap import read_sitemap
from articles.feeds.xml import MOST_BYTES, ParseError, name_of_tag, read_xml, unzipped

FEEDS = frozenset({"rss", "rdf:rdf", "rdf", "feed", "channel", "entry"})
SITEMAPS = frozenset({"urlset", "sitemapindex"})


def parse(body: bytes, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """The entries of an RSS, Atom or JSON Feed or of a news sitemap, at most 2,000.

    `url` is where the document came from: relative links lead on from there. Raises ParseError.
    """
    body = unzipped(body)
    if len(body) > MOST_BYTES:
        raise ParseError("larger than 10 MB")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        return read_json(body, url)
    root = read_xml(body, content_type)
    name = name_of_tag(root.tag) or root.tag.rpartition("}")[2].rpartition(":")[2].lower()
    if name in FEEDS:
        return read_feed(root, url)
    if name in SITEMAPS:
        return read_sitemap(root, url)
    raise ParseError(f"a document of <{name[:40]}>")
