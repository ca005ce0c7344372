import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.feeds.entry import Enclosure
from articles.feeds.parse import parse
from articles.feeds.xml import ParseError

FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Lake Tribune",
    "home_page_url": "https://lake.example/",
    "language": "en",
    "items": [
        {
            "id": 7,
            "url": "/news/7",
            "title": "Fares & ferries",
            "content_html": "<p>From Monday.</p><img src='/7.jpg'>",
            "summary": "2 < 3",
            "date_published": "2026-03-02T13:00:00+01:00",
            "authors": [{"name": "Ani K."}, {"name": "Ben L."}],
            "tags": ["Transport", "Lakes"],
            "attachments": [
                {"url": "/7.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12_000},
                {"url": "/7-big.png", "mime_type": "image/png"},
            ],
        }
    ],
}


def test_an_item_gives_all_that_it_says() -> None:
    feed = parse(json.dumps(FEED).encode(), url="https://lake.example/feed.json")

    (entry,) = feed.entries
    assert (feed.format, feed.title, feed.language) == ("json", "Lake Tribune", "en")
    assert (entry.key, entry.url) == ("7", "https://lake.example/news/7")
    assert entry.title == "Fares & ferries"
    assert entry.summary == "2 &lt; 3"
    assert entry.published_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert entry.authors == ("Ani K.", "Ben L.")
    assert entry.keywords == ("Transport", "Lakes")
    assert entry.image_url == "https://lake.example/7-big.png"
    assert entry.enclosures[0] == Enclosure(
        url="https://lake.example/7.mp3", type="audio/mpeg", length=12_000
    )


def test_version_1_0_knew_one_author_and_text_without_markup() -> None:
    item = {"id": "https://lake.example/8", "content_text": "a < b", "author": {"name": "Ani K."}}
    feed = parse(
        json.dumps({"version": "https://jsonfeed.org/version/1", "items": [item]}).encode()
    )

    assert feed.entries[0].url == "https://lake.example/8"
    assert feed.entries[0].content == "a &lt; b"
    assert feed.entries[0].authors == ("Ani K.",)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"items": 3}', b"[" * 100_000, b'{"a": 1}'])
def test_other_json_is_no_feed(body: bytes) -> None:
    with pytest.raises(ParseError):
        parse(body)


ANY = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), st.lists)


@given(st.dictionaries(st.sampled_from([*FEED["items"][0], "image", "author"]), ANY))
def test_values_of_any_type_are_read_or_left_out(item: dict[str, object]) -> None:
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]}).encode()

    assert len(parse(body, url="https://lake.example/").entries) == 1
