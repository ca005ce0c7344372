from lxml import html

from articles.extraction.body import read_body

SENTENCES = [
    f"Paragraph {number} tells how the ferry crosses the lake in any weather, says the harbour."
    for number in range(8)
]
TEXT = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


def body_of(inside: str, **article: object) -> str:
    return read_body(
        html.document_fromstring(f"<body><main>{inside}</main></body>"), article, "Ferry"
    )


def test_what_designers_call_an_aside_is_left_out() -> None:
    aside = (
        "<div class='c-related__list'><p>Also read: the bridge over the gorge is closed.</p></div>"
    )
    picture = "<div class='image_widget__X1'><img src='x'><p>Seen from the pier</p></div>"

    body = body_of(TEXT + aside + picture)

    assert SENTENCES[7] in body
    assert "bridge" not in body
    assert "pier" not in body


def test_a_wrapper_with_an_unlucky_name_is_kept() -> None:
    assert SENTENCES[0] in body_of(f"<div class='article-share'>{TEXT}</div>")


def test_the_publishers_own_text_is_the_guide() -> None:
    junk = "<p>Call 0800 now and save on your next crossing with our partner.</p>"

    body = body_of(TEXT + junk, articleBody=" ".join(SENTENCES))

    assert SENTENCES[3] in body
    assert "0800" not in body


def test_the_publishers_own_text_stands_in_for_one_that_is_not_on_the_page() -> None:
    body = body_of("<p>Loading</p>", articleBody="\n".join(SENTENCES))

    assert body.count("<p>") == len(SENTENCES)


def test_a_teaser_is_no_guide() -> None:
    assert SENTENCES[7] in body_of(TEXT, articleBody=SENTENCES[0])


def test_a_page_without_text_has_no_body() -> None:
    assert body_of("<p></p>") == ""
