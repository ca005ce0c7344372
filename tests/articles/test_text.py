import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text import clean_html, excerpt, plain_text

BASE = "https://news.example/a/b"
VECTORS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<svg onload=alert(1)>",
    "<math><mtext><img src=x onerror=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "<style>@import 'https://evil.example'</style>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form action='https://evil.example'><input name=password></form>",
]
LIVE = re.compile(
    r"<\s*(script|svg|math|iframe|style|form|input)|\son\w+\s*=|javascript:|data:", re.IGNORECASE
)


@pytest.mark.parametrize("vector", VECTORS)
def test_markup_that_acts_comes_out_inert(vector: str) -> None:
    assert not LIVE.search(clean_html(vector, BASE))


def test_links_become_absolute_and_promise_nothing() -> None:
    cleaned = clean_html('<a href="../c?x=1&amp;y=2">c</a><img src="/i.png" onload="x()">', BASE)

    assert 'href="https://news.example/c?x=1&amp;y=2"' in cleaned
    assert 'src="https://news.example/i.png"' in cleaned
    assert 'rel="noopener noreferrer nofollow"' in cleaned


def test_plain_text_keeps_paragraphs_apart() -> None:
    assert plain_text("<p>One &amp; <b>two</b></p><p>three<br>four</p>") == "One & two\nthree\nfour"


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [("short", 10, "short"), ("one two three", 9, "one two…"), ("abcdefgh", 4, "abc…")],
)
def test_an_excerpt_ends_between_words(text: str, limit: int, cut: str) -> None:
    assert excerpt(text, limit) == cut


@given(st.text())
def test_cleaning_twice_changes_nothing(source: str) -> None:
    once = clean_html(source, BASE)

    assert clean_html(once, BASE) == once
