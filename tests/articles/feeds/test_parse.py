import subprocess
import sys
from datetime import UTC, datetime

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.feeds.parse import parse
from articles.feeds.xml import MOST_ITEMS, ParseError
from tests import make
from tests.publishers import Item, make_rss

RSS = b"""<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Hill Courier</title><link>https://hill.example/</link><language>en</language>
<ttl>30</ttl>
<item><title>Bridge &amp;amp; tunnel</title><link>/bridge</link><guid isPermaLink="false">b-1</guid>
<pubDate>Mon, 02 Mar 2026 13:00:00 +0100</pubDate><dc:creator>Anna</dc:creator>
<category>Roads</category><description>&lt;p&gt;Short&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>Long</p>]]></content:encoded>
<media:content url="https://i.example/small.png" medium="image" width="100"/>
<media:content url="https://i.example/large.png" medium="image" width="900"/></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="hy" xml:base="https://lake.example/">
<title>Lake</title><entry><id>urn:1</id><title type="html">A &lt;b&gt;lake&lt;/b&gt;</title>
<link rel="self" href="/self"/><link href="/lake"/><updated>2026-03-02T12:00:00Z</updated>
<author><name>Aram</name></author><category term="water" label="Water"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text</p></div></content>
<link rel="enclosure" type="image/png" href="/lake.png"/></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="x"><title>Old</title></channel>
<item rdf:about="https://old.example/1"><title>One</title><link>https://old.example/1</link></item>
</rdf:RDF>"""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_an_rss_item_gives_all_that_it_says() -> None:
    feed = parse(RSS, url="https://hill.example/feed.xml")

    [entry] = feed.entries
    assert (feed.title, feed.language, feed.ttl and feed.ttl.total_seconds()) == (
        "Hill Courier",
        "en",
        1800,
    )
    assert (entry.key, entry.url) == ("b-1", "https://hill.example/bridge")
    assert entry.title == "Bridge & tunnel"
    assert (entry.summary, entry.content) == ("<p>Short</p>", "<p>Long</p>")
    assert entry.published_at == NOON
    assert (entry.authors, entry.keywords) == (("Anna",), ("Roads",))
    assert entry.image_url == "https://i.example/large.png"


def test_an_atom_entry_gives_all_that_it_says() -> None:
    feed = parse(ATOM)

    [entry] = feed.entries
    assert feed.language == "hy"
    assert (entry.key, entry.url, entry.title) == ("urn:1", "https://lake.example/lake", "A lake")
    assert entry.published_at == entry.updated_at == NOON
    assert "<p>Text</p>" in entry.content.replace(' xmlns="http://www.w3.org/1999/xhtml"', "")
    assert (entry.authors, entry.keywords) == (("Aram",), ("Water",))
    assert entry.image_url == "https://lake.example/lake.png"


def test_rss_1_keeps_its_items_beside_the_channel() -> None:
    [entry] = parse(RDF).entries

    assert (entry.key, entry.title) == ("https://old.example/1", "One")


@pytest.mark.parametrize(
    ("title", "read"),
    [
        (b"Caf&eacute; &nbsp; bar", "Café bar"),
        (b"Salt & pepper", "Salt & pepper"),
        (b"Bell\x07 rings", "Bell rings"),
        (b"&bogus; name", "&bogus; name"),
    ],
)
def test_what_is_not_well_formed_is_mended(title: bytes, read: str) -> None:
    body = b"<rss><channel><item><title>" + title + b"</title></item></channel></rss>"

    assert parse(body).entries[0].title == read


def test_feedparser_sees_the_same() -> None:
    items = tuple(Item(f"News <{n}> & more", make.NOON, f"Text {n}") for n in range(20))
    body = make_rss("https://p.example", items).encode()

    theirs = feedparser.parse(body).entries
    ours = parse(body).entries

    assert [e.title for e in ours] == [e.title for e in theirs]
    assert [e.url for e in ours] == [e.link for e in theirs]
    assert [e.key for e in ours] == [e.id for e in theirs]
    assert [e.published_at.timetuple()[:6] for e in ours if e.published_at] == [
        e.published_parsed[:6] for e in theirs
    ]


BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a;" * 50) for n in range(50))
    + b"]><rss><channel><item><title>&a49;</title></item></channel></rss>"
)
FILE = (
    b'<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    b"<rss><channel><item><title>&f;</title></item></channel></rss>"
)

MEASURE = """
import resource, sys, time
from articles.feeds.parse import parse
from articles.feeds.xml import ParseError

body = sys.stdin.buffer.read()
before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    entries = len(parse(body).entries)
except ParseError:
    entries = 0
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(entries, time.process_time() - begun, peak - before)
"""


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        b"<rss><channel>" + b"<a>" * 200_000,
        b"<rss><channel>" + b"<item><title>x</title></item>" * 300_000,
        b"<rss>" + b"&a" * 400_000,
        b"<!DOCTYPE " + b"[" * 400_000,
    ],
    ids=["entities", "depth", "items", "ampersands", "doctype"],
)
def test_hostile_documents_cost_little(body: bytes) -> None:
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE], input=body, stdout=subprocess.PIPE, check=True
    ).stdout.split()

    entries, seconds, kilobytes = int(measured[0]), float(measured[1]), int(measured[2])
    assert entries <= MOST_ITEMS
    assert seconds < 1  # of CPU; the dearest takes a fifth of that
    assert kilobytes < 50_000


def test_a_document_reads_no_file() -> None:
    [entry] = parse(FILE).entries

    assert "root:" not in entry.title


@pytest.mark.parametrize("body", [b"", b"<html/>", b"no xml", b"{}", b"x" * 10_000_001])
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(ParseError):
        parse(body)


@given(st.binary(max_size=200), st.integers(0, len(RSS)), st.sampled_from([RSS, ATOM, RDF]))
def test_nothing_but_a_parse_error_is_ever_raised(noise: bytes, at: int, feed: bytes) -> None:
    try:
        parse(feed[:at] + noise + feed[at:])
    except ParseError:
        return
