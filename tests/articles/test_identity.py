from dataclasses import replace

import pytest

from articles.feeds.entry import Entry
from articles.identity import canonical_url, content_hash, entry_key

ENTRY = Entry(
    key="",
    url="https://news.example/a?utm_source=rss",
    title="A",
    summary="",
    content="",
    published_at=None,
    updated_at=None,
    authors=(),
    keywords=(),
    image_url="",
    language="",
)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://News.Example/a?utm_source=x&id=1&fbclid=2#top", "https://news.example/a?id=1"),
        ("https://news.example:443/a", "https://news.example/a"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example/a?b=2&a=1", "https://news.example/a?b=2&a=1"),
        ("https://news.example/A", "https://news.example/A"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("mailto:me@news.example", ""),
        ("https://[broken/", ""),
    ],
)
def test_an_address_loses_only_what_counts_visitors(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


def test_an_entry_is_known_by_its_id_else_by_its_address() -> None:
    assert entry_key(replace(ENTRY, key="guid-1")) == "guid-1"
    assert entry_key(ENTRY) == "https://news.example/a"
    assert len(entry_key(replace(ENTRY, key="x" * 9000))) == 64


def test_a_hash_changes_with_what_readers_see_alone() -> None:
    assert content_hash(ENTRY) == content_hash(replace(ENTRY, keywords=("new",)))
    assert content_hash(ENTRY) != content_hash(replace(ENTRY, title="B"))
