import pytest

from articles.feeds.parse import parse
from articles.feeds.xml import name_of_tag

TITLE = "Դիլիջան: ferries"


def feed_of(title: str) -> str:
    return f"<rss><channel><item><title>{title}</title><link>https://a.example/1</link></item></channel></rss>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_or_utf_8_needs_no_declaration(encoding: str) -> None:
    assert parse(feed_of(TITLE).encode(encoding)).entries[0].title == TITLE


@pytest.mark.parametrize(
    ("declaration", "content_type"),
    [
        ('<?xml version="1.0" encoding="windows-1251"?>', "text/xml"),
        ("", "text/xml; charset=windows-1251"),
        ("<?xml version='1.0' encoding='iso-8859-1'?>", 'application/xml; charset="windows-1251"'),
    ],
)
def test_the_header_wins_over_the_declaration(declaration: str, content_type: str) -> None:
    body = (declaration + feed_of("Паром")).encode("windows-1251")

    assert parse(body, content_type=content_type).entries[0].title == "Паром"


def test_a_wrong_charset_does_not_spoil_utf_8() -> None:
    body = feed_of(TITLE).encode()

    assert parse(body, content_type="text/xml; charset=iso-8859-1").entries[0].title == TITLE


def test_latin_1_is_read_as_browsers_do() -> None:
    body = b"<?xml version='1.0' encoding='iso-8859-1'?>" + feed_of("X").encode()

    assert parse(body.replace(b"X", b"\x93ferry\x94")).entries[0].title == "“ferry”"


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("title", "title"),
        ("pubDate", "pubdate"),
        ("{http://www.w3.org/2005/Atom}link", "link"),
        ("{http://purl.org/dc/elements/1.1/}creator", "dc:creator"),
        ("dc:creator", "dc:creator"),
        ("{http://search.yahoo.com/mrss}content", "media:content"),
        ("{https://unknown.example/}title", ""),
        ("unknown:title", ""),
    ],
)
def test_each_name_space_has_one_prefix(tag: str, name: str) -> None:
    assert name_of_tag(tag) == name


def test_entities_inside_cdata_stay_text() -> None:
    body = feed_of("<![CDATA[a &nbsp; b]]> &nbsp;&bogus; & c").encode()

    assert parse(body).entries[0].title == "a b &bogus; & c"
