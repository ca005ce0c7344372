import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.feeds.hub import Hub, find_hub

URL = "https://news.example/feed"
HUB = Hub("https://hub.example/", "https://news.example/self")
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://hub.example/"/>'
    b'<link rel="self" href="/self"/><entry><link rel="hub" href="https://wrong.example/"/></entry>'
    b"</feed>"
)
RSS = (
    b'<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><link>https://news.example</link>'
    b'<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/self"/>'
    b"</channel></rss>"
)
HTML = (
    b"<!doctype html><html><head><link rel='hub' href='https://hub.example/'>"
    b"<link rel=self href=/self></head><body><p>News</body></html>"
)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(ATOM, "application/atom+xml"), (RSS, "text/xml"), (HTML, "text/html"), (HTML, "")],
)
def test_a_document_names_its_hub_and_itself(body: bytes, content_type: str) -> None:
    assert find_hub("", body, content_type, URL) == HUB


@pytest.mark.parametrize(
    "link",
    [
        '<https://hub.example/>; rel="hub", </self>; rel="self"',
        "<https://hub.example/>; title=\"a, b; c\"; rel=hub, </self>; rel='self'; rel=self",
        '<https://hub.example/>; rel="other HUB",</self>;rel="self alternate"',
    ],
)
def test_the_header_wins_over_the_document(link: str) -> None:
    other = ATOM.replace(b"hub.example", b"other.example")

    hub = find_hub(link.replace("'", '"'), other, "application/atom+xml", URL)

    assert hub == HUB


def test_without_self_the_topic_is_where_the_feed_came_from() -> None:
    assert find_hub("<https://hub.example/>; rel=hub", b"", "", URL) == Hub(HUB.url, URL)


@pytest.mark.parametrize("body", [b"", b"<rss><channel/></rss>", b"hub", b"<html>hub", b"\xff<hub"])
def test_most_feeds_have_no_hub(body: bytes) -> None:
    assert find_hub("", body, "", URL) is None


@given(st.text(max_size=200), st.binary(max_size=200))
def test_noise_is_no_error(link: str, noise: bytes) -> None:
    find_hub(link + "; rel=hub", b"<link rel=hub href='" + noise, "text/html", URL)
