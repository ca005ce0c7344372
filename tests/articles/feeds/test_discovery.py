from hypothesis import given
from hypothesis import strategies as st

from articles.feeds.discovery import Found, find_feeds, find_sitemaps, usual_addresses

URL = "https://lake.example/news/"
PAGE = b"""<html><head><base href="https://lake.example/en/">
<LINK REL="Alternate" TYPE="application/rss+xml; charset=x" HREF="feed.xml" title="Lake Tribune">
<link rel=alternate type=application/feed+json href=/feed.json>
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">
<link rel="stylesheet" type="application/rss+xml" href="/no">
</head><body><a href="/rss/sport">Sport by RSS</a><a href="feed.xml">again</a>
<a href="/press/feedback">Feedback</a><a href="javascript:rss()">x</a></body></html>"""


def test_what_the_head_names_comes_before_what_looks_like_a_feed() -> None:
    assert find_feeds(PAGE, URL) == [
        Found("https://lake.example/en/feed.xml", "Lake Tribune", "rss"),
        Found("https://lake.example/feed.json", "", "json"),
        Found("https://lake.example/rss/sport", "Sport by RSS", ""),
    ]


def test_robots_txt_names_sitemaps_those_of_news_first() -> None:
    robots = "User-agent: *\nSitemap: /pages.xml\nsitemap:https://lake.example/news.xml\nSitemap:"

    assert [found.url for found in find_sitemaps(robots, URL)] == [
        "https://lake.example/news.xml",
        "https://lake.example/pages.xml",
    ]


def test_usual_addresses_are_of_the_site() -> None:
    assert usual_addresses(URL)[0].url == "https://lake.example/feed"


@given(st.binary(max_size=300))
def test_noise_is_no_error(noise: bytes) -> None:
    find_feeds(PAGE[:200] + noise + PAGE[200:], URL)
