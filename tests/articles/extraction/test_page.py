import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.extraction.page import PageError, PageRules, read_page

URL = "https://lake.example/news/7?utm_source=x"
TEXT = " ".join(["The ferry crosses the lake four times a day, the harbour office said."] * 6)
PAGE = f"""<!doctype html><html lang="en-GB"><head><meta charset="utf-8">
<title>Ferry line opens | Lake Tribune</title>
<link rel="canonical" href="/news/7">
<meta property="og:site_name" content="Lake Tribune">
<meta property="og:title" content="Ferry line opens - Lake Tribune">
<meta property="og:image" content="/pictures/7.jpg">
<meta property="article:published_time" content="2026-03-02T13:00:00+01:00">
<meta name="author" content="By Ani Karapetyan and Ben Lee">
<meta name="keywords" content="Transport, Lakes, Lake Tribune">
</head><body><nav>Home Politics Sport</nav><main><article><h1>Ferry line opens</h1>
<figure><img src="/7.jpg"><figcaption>The harbour in March</figcaption></figure>
<p>{TEXT}</p><div class="newsletter-signup"><p>Sign up for our letter</p></div><p>{TEXT} Again.</p>
</article></main><footer>All rights reserved</footer></body></html>"""


def test_a_page_without_json_ld_gives_all_that_its_metas_say() -> None:
    page = read_page(PAGE.encode(), url=URL)

    assert page.url == "https://lake.example/news/7"
    assert page.title == "Ferry line opens"
    assert page.authors == ("Ani Karapetyan", "Ben Lee")
    assert page.published_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert page.topics == ("Transport", "Lakes")
    assert page.image_url == "https://lake.example/pictures/7.jpg"
    assert page.language == "en-GB"
    assert not page.is_paywalled


def test_the_body_is_the_text_alone() -> None:
    body = read_page(PAGE.encode(), url=URL).body_html

    assert body.count("<p>") == 2
    assert TEXT in body
    for other in ("Sign up", "harbour in March", "rights reserved", "Politics", "Ferry line opens"):
        assert other not in body


def test_a_publishers_rules_win() -> None:
    rules = PageRules(
        title="//figcaption",
        authors="string(//title)",
        published="'2025-01-01'",
        topics="//nav",
        body="//article",
        remove=("//p", "//h1"),
    )

    page = read_page(PAGE.encode(), url=URL, rules=rules)

    assert page.title == "The harbour in March"
    assert page.published_at == datetime(2025, 1, 1, tzinfo=UTC)
    assert page.topics == ("Home Politics Sport",)
    assert TEXT not in page.body_html
    assert "figcaption" in page.body_html


@pytest.mark.parametrize("rules", [[], {"titel": "//h1"}, {"title": "//h1["}, {"remove": [3]}])
def test_rules_that_cannot_work_are_refused(rules: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        PageRules.from_json(rules)


def test_a_rule_that_is_no_list_is_one_expression() -> None:
    assert PageRules.from_json({"remove": "//aside"}).remove == ("//aside",)


@pytest.mark.parametrize("rules", [{"body": "//h1[nonsense()]"}, {"title": "nonsense()"}])
def test_rules_that_no_page_answers_are_trouble_of_the_page(rules: object) -> None:
    with pytest.raises(PageError, match="nonsense"):
        read_page(PAGE.encode(), url=URL, rules=PageRules.from_json(rules))


@pytest.mark.parametrize("encoding", ["windows-1251", "iso-8859-5", "utf-8"])
def test_a_page_says_how_it_is_encoded(encoding: str) -> None:
    page = f"<meta charset={encoding}><title>Паром открыт весной</title><p>Да".encode(encoding)

    assert read_page(page, url=URL).title == "Паром открыт весной"


@pytest.mark.parametrize("body", [b"", b"   ", b"x" * 10_000_001])
def test_what_is_no_page_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(PageError):
        read_page(body, url=URL)


@example(b"\x01", 605)
@example(b"&#1;&#x0b;&#xFFFE;&#55296;&#99999999999;", 605)
@given(st.binary(max_size=300), st.integers(0, len(PAGE)))
def test_nothing_but_a_page_error_is_ever_raised(noise: bytes, at: int) -> None:
    body = PAGE.encode()
    with contextlib.suppress(PageError):
        read_page(body[:at] + noise + body[at:], url=URL)
