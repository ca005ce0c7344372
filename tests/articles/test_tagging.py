import pytest

from articles.tagging import Matcher, decide_tags, fold

FORMS = [
    "Nagorno-Karabakh",
    "Nagorno‑Karabakh",
    "Nagorno–Karabakh",
    "Nagorno—Karabakh",
    "Nagorno Karabakh",
    "NAGORNO KARABAKH",
    "Nagorno\u00a0Karabakh",
    "Nagorno\u2009Karabakh",
    "nagorno_karabakh",
    "#NagornoKarabakh",
    "#nagornokarabakh",
    "“Nagorno-Karabakh”",
    "Nagorno-Karabakh's",
    "Nagorno\u00ad-Kara\u00adbakh",
    "Nagorno-\u200bKarabakh",
    "Nágorno-Karabákh",
    "(Nagorno-Karabakh)",
    "Nagorno -Karabakh",
    "Nagorno- Karabakh",
    "Nagorno-Karabakh,",
    "Nagorno\nKarabakh",
    "Nagorno\u2212Karabakh",
    "Ｎａｇｏｒｎｏ Ｋａｒａｂａｋｈ",
]


@pytest.fixture
def matcher() -> Matcher[str]:
    return Matcher.from_aliases([("Nagorno-Karabakh", "karabakh"), ("Baku", "baku")])


@pytest.mark.parametrize("form", FORMS)
def test_every_typographic_form_is_found(matcher: Matcher[str], form: str) -> None:
    found = matcher.find(f"Talks about {form} go on")

    assert [tag for tag, _ in found] == ["karabakh"]


@pytest.mark.parametrize("text", ["Karabakh FK won", "Nagorno", "Bakuriani", "nagorno karabakhi"])
def test_near_misses_are_not_found(matcher: Matcher[str], text: str) -> None:
    assert matcher.find(text) == []


def test_the_longest_phrase_wins() -> None:
    matcher = Matcher.from_aliases([("York", "york"), ("New York", "new york")])

    assert matcher.find("From York to New York") == [
        ("york", "york"),
        ("new york", "new york"),
    ]


def test_arabic_letters_that_stand_for_one_another_are_equal() -> None:
    assert fold("القاهرة") == fold("القاهره")


@pytest.mark.parametrize(
    ("title", "lead", "body", "may_push"),
    [
        ("Baku hosts a summit", "", "", True),
        ("A summit", "It opens in Baku.", "", False),
        ("A summit", "It opens in Baku.", "Baku is ready.", True),
        ("A summit", "It opens.", "Baku is ready. Baku waits.", None),
    ],
)
def test_a_tag_needs_the_title_or_the_lead(
    matcher: Matcher[str], title: str, lead: str, body: str, may_push: object
) -> None:
    decided = decide_tags(matcher, title, lead, body)

    assert [decision.may_push for decision in decided] == ([] if may_push is None else [may_push])


def test_a_decision_says_why(matcher: Matcher[str]) -> None:
    [decision] = decide_tags(matcher, "Baku hosts", "In Baku", "Baku again, Baku")

    assert decision.mention_count == 4
    assert decision.why == (("baku", "title"), ("baku", "lead"), ("baku", "body"))
