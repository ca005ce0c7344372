from dataclasses import replace

import pytest

from articles.feeds.entry import Entry
from articles.identity import canonical_url, content_hash, entry_key, hash_twin, hash_url
from tests.make import NOON

ENTRY = Entry(title="A", url="https://news.example/a?utm_source=rss")


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://News.Example/a?utm_source=x&id=1&fbclid=2#top", "https://news.example/a?id=1"),
        ("https://news.example:443/a", "https://news.example/a"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example/a?b=2&a=1", "https://news.example/a?b=2&a=1"),
        ("https://news.example/a?q=%D5%B6+x&UTM_Source=y", "https://news.example/a?q=%D5%B6+x"),
        ("https://news.example/a?partner=rss&emc=rss", "https://news.example/a"),
        ("https://news.example/a?source=rss-7&id=2", "https://news.example/a?id=2"),
        ("https://news.example/a?source=lake", "https://news.example/a?source=lake"),
        ("https://news.example/#!/a", "https://news.example/#!/a"),
        ("https://news.example/A", "https://news.example/A"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("mailto:me@news.example", ""),
        ("https://[broken/", ""),
    ],
)
def test_an_address_loses_only_what_counts_visitors(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


def test_an_id_is_one_within_its_feed() -> None:
    assert entry_key(replace(ENTRY, key="guid-1"), feed_id=7) == "7:guid-1"
    assert entry_key(ENTRY, feed_id=7) == ""
    assert len(entry_key(replace(ENTRY, key="x" * 9000), feed_id=7)) == 64


def test_a_hash_changes_with_what_readers_see_alone() -> None:
    assert content_hash(ENTRY) == content_hash(replace(ENTRY, keywords=("new",)))
    assert content_hash(ENTRY) != content_hash(replace(ENTRY, title="B"))


@pytest.mark.parametrize(
    "url",
    [
        "http://news.example/a/b?x=1&y=%C3%A9",
        "https://www.news.example/a/b/?y=%c3%a9&x=1",
        "https://news.example/a/./c/../b?x=1&y=é#comments",
        "https://NEWS.example.:443/%61/b?x=1&y=%C3%A9&fbclid=z",
    ],
)
def test_one_page_has_one_hash(url: str) -> None:
    assert hash_url(canonical_url(url)) == hash_url("https://news.example/a/b?x=1&y=é")


def test_other_pages_have_other_hashes() -> None:
    urls = [
        *("https://news.example/a", "https://news.example/A", "https://news.example/a?id=1"),
        *(
            "https://news.example/a?id=2",
            "https://live.news.example/a",
            "https://news.example/a%2Fb",
        ),
        *("https://news.example/a/b", "https://news.example:8443/a", "https://news.example/?a"),
        *("https://news.example/%FF", "https://news.example/%FE"),
    ]

    assert len({hash_url(url) for url in urls}) == len(urls)


def test_a_title_that_tells_much_is_a_twin_on_the_same_day() -> None:
    title = "Ferry line over the lake opens in spring"

    assert hash_twin(title, NOON) == hash_twin(title.upper() + "!", NOON.replace(hour=23))
    assert hash_twin(title, NOON) != hash_twin(title, NOON.replace(day=3))
    assert hash_twin("Morning briefing", NOON) is None
