import pytest

from articles.feeds.entry import Entry
from articles.feeds.parse import parse
from articles.feeds.rss import person

SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def read_item(inside: str, url: str = "https://a.example/feed.xml") -> Entry:
    body = f"<rss {SPACES}><channel><item>{inside}</item></channel></rss>"
    return parse(body.encode(), url=url).entries[0]


def read_atom_entry(inside: str, root: str = "") -> Entry:
    body = f'<feed xmlns="http://www.w3.org/2005/Atom" {root}><entry>{inside}</entry></feed>'
    return parse(body.encode(), url="https://a.example/feed.xml").entries[0]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ani@a.example (Ani K.)", "Ani K."),
        ("Ani K. (ani@a.example)", "Ani K."),
        ("Ani K. &lt;ani@a.example&gt;", "Ani K."),
        ("ani@a.example", "ani@a.example"),
        ("Ani K.", "Ani K."),
    ],
)
def test_an_author_is_a_name_where_there_is_one(written: str, name: str) -> None:
    assert read_item(f"<author>{written}</author>").authors == (name,)


def test_several_creators_are_several_authors_once_each() -> None:
    entry = read_item(
        "<dc:creator>A</dc:creator><dc:creator>B</dc:creator><dc:creator>A</dc:creator>"
    )

    assert entry.authors == ("A", "B")


def test_a_name_in_brackets_is_no_address() -> None:
    assert person("Ani K. (Gyumri)") == "Ani K. (Gyumri)"


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<link>/1</link>", "https://a.example/1"),
        ("<link/><guid>https://a.example/2</guid>", "https://a.example/2"),
        ("<guid isPermaLink='false'>https://a.example/2</guid>", ""),
        ("<atom:link rel='self' href='/s'/><atom:link href='/3'/>", "https://a.example/3"),
        ("<atom:link rel='self' href='/s'/><link>/4</link>", "https://a.example/4"),
    ],
)
def test_the_link_of_an_item(inside: str, url: str) -> None:
    assert read_item(inside).url == url


def test_links_are_relative_to_the_nearest_base() -> None:
    entry = read_atom_entry(
        "<link href='1'/><content type='html' xml:base='deep/'>x</content>",
        root='xml:base="https://b.example/news/"',
    )

    assert entry.url == "https://b.example/news/1"
    assert entry.base_url == "https://b.example/news/deep/"


@pytest.mark.parametrize(
    ("construct", "read"),
    [
        ("<content>a &lt; b</content>", "a &lt; b"),
        ("<content type='html'>&lt;p&gt;a&lt;/p&gt;</content>", "<p>a</p>"),
        (
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>a</p></div></content>",
            "<p>a</p>",
        ),
        ("<content type='application/octet-stream'>PHA+YTwvcD4=</content>", "<p>a</p>"),
        ("<content mode='base64'>PHA+YTwvcD4=</content>", "<p>a</p>"),
    ],
)
def test_text_constructs_become_html(construct: str, read: str) -> None:
    assert read in read_atom_entry(construct).content


@pytest.mark.parametrize(
    ("inside", "image"),
    [
        (
            "<media:content url='/s.jpg' width='90'/><media:content url='/l.jpg' width='900'/>",
            "/l.jpg",
        ),
        (
            "<media:content medium='video'><media:thumbnail url='/t.jpg'/></media:content>",
            "/t.jpg",
        ),
        (
            "<enclosure url='/a.mp3' type='audio/mpeg'/><enclosure url='/e.png' type='image/png'/>",
            "/e.png",
        ),
        ("<itunes:image href='/i.jpg'/>", "/i.jpg"),
        ("<image><url>/u.jpg</url></image>", "/u.jpg"),
        ("<description>&lt;img src='/d.jpg?a=1&amp;amp;b=2'&gt;</description>", "/d.jpg?a=1&b=2"),
    ],
)
def test_the_best_picture_that_an_item_has(inside: str, image: str) -> None:
    assert read_item(inside).image_url == "https://a.example" + image


def test_keywords_come_from_wherever_publishers_put_them() -> None:
    entry = read_item(
        "<category>A</category><dc:subject>B</dc:subject><media:keywords>C, D</media:keywords>"
        "<atom:category term='e' label='E'/>"
    )

    assert set(entry.keywords) == {"A", "B", "C", "D", "E"}
