from pathlib import Path

import pytest

from articles.feeds.opml import Outline, read_opml, write_opml
from articles.feeds.xml import ParseError
from tests.make import NOON

STARTER = Path("articles/fixtures/starter.opml")
LIST = [
    Outline(feed_url="https://lake.example/rss", title="Lake & Co", section="Lakes", language="en"),
    Outline(feed_url="https://hill.example/atom", title="Hill", home_url="https://hill.example/"),
]


def test_what_goes_out_comes_in_again() -> None:
    assert read_opml(write_opml("Feeds", LIST, NOON)) == LIST


@pytest.mark.parametrize(
    "body",
    [
        b"<opml><outline text='Lakes'><outline xmlUrl='https://a.example/' title='A'/></outline>",
        b"<OPML><OUTLINE TEXT='A' XMLURL=' https://a.example/ ' CATEGORY='/Lakes/x,y'/></OPML>",
        b"<opml><outline text='A' xmlurl='https://a.example/' category='Lakes'/></opml> junk",
    ],
)
def test_lists_of_many_programs_are_read(body: bytes) -> None:
    (outline,) = read_opml(body)

    assert (outline.feed_url, outline.title) == ("https://a.example/", "A")
    assert outline.section.startswith("Lakes")


@pytest.mark.parametrize("body", [b"", b"<rss/>", b"no xml"])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        read_opml(body)


def test_the_starter_set_is_a_list_of_many_languages_with_the_first_publishers() -> None:
    outlines = read_opml(STARTER.read_bytes())

    assert len(outlines) >= 60
    assert len({outline.language for outline in outlines}) >= 10
    assert all(outline.feed_url.startswith("https://") for outline in outlines)
    assert all(outline.home_url.startswith("https://") for outline in outlines)
    names = {outline.title for outline in outlines}
    assert names >= {"Russia Today", "Yahoo", "Arab News", "The National"}
    assert b"not verified" in STARTER.read_bytes()


def test_a_feed_that_is_listed_twice_is_one() -> None:
    assert read_opml(write_opml("Feeds", [*LIST, *LIST], NOON)) == LIST
