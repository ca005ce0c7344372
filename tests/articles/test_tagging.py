import pytest

from articles.tagging import Matcher, Phrase, decide_tags, fold, split_words

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


def find(matcher: Matcher[str], text: str) -> list[str]:
    """The folded phrases that mean something, in reading order."""
    mentions = matcher.find(split_words(text))
    return [each.phrase for each in mentions if any(meant.tag_id for meant in each.meanings)]


def tags_of(matcher: Matcher[str], title: str, lead: str = "", body: str = "") -> set[str]:
    return {decision.tag_id for decision in decide_tags(matcher, title, lead, body)}


@pytest.mark.parametrize("form", FORMS)
def test_every_typographic_form_is_found(matcher: Matcher[str], form: str) -> None:
    assert tags_of(matcher, f"Talks about {form} go on") == {"karabakh"}


@pytest.mark.parametrize("text", ["Karabakh FK won", "Nagorno", "Bakuriani", "nagorno karabakhi"])
def test_near_misses_are_not_found(matcher: Matcher[str], text: str) -> None:
    assert find(matcher, text) == []


def test_the_longest_phrase_wins() -> None:
    matcher = Matcher.from_aliases([("York", "york"), ("New York", "new york")])

    assert find(matcher, "From York to New York") == ["york", "new york"]


def test_one_phrase_may_mean_two_tags() -> None:
    matcher = Matcher.from_aliases([("Congress", "us congress"), ("Congress", "inc")])

    assert tags_of(matcher, "Congress votes") == {"us congress", "inc"}


def test_a_blocked_phrase_hides_what_stands_in_it(matcher: Matcher[str]) -> None:
    matcher.add(Phrase("Karabakh"), "karabakh")
    matcher.add(Phrase("Karabakh FK", is_blocked=True), "karabakh")

    assert tags_of(matcher, "Karabakh FK wins the cup") == set()
    assert tags_of(matcher, "Karabakh FK flies to Karabakh") == {"karabakh"}


def test_a_case_sensitive_phrase_needs_its_capitals() -> None:
    matcher: Matcher[str] = Matcher()
    matcher.add(Phrase("Apple", is_case_sensitive=True), "apple")

    assert tags_of(matcher, "Apple opens a shop") == {"apple"}
    assert tags_of(matcher, "An apple a day") == set()
    assert tags_of(matcher, "Apple harvest begins", "An apple a day") == set()


def test_a_phrase_may_count_in_the_title_only() -> None:
    matcher: Matcher[str] = Matcher()
    matcher.add(Phrase("the border", is_title_only=True), "border")

    assert tags_of(matcher, "Calm at the border") == {"border"}
    assert tags_of(matcher, "Calm", "Calm at the border. The border is quiet.") == set()


def test_a_phrase_may_need_another_tag_in_the_text(matcher: Matcher[str]) -> None:
    matcher.add(Phrase("the harbour", needs="baku"), "port of baku")

    assert tags_of(matcher, "The harbour reopens") == set()
    assert tags_of(matcher, "The harbour reopens", "", "In Baku") == {"port of baku"}


def test_what_was_learnt_can_be_forgotten(matcher: Matcher[str]) -> None:
    before = dict(matcher.phrases)
    phrase: Phrase[str] = Phrase("Shushi", is_case_sensitive=True)
    matcher.add(phrase, "shushi")
    matcher.add(Phrase("Baku"), "city")

    matcher.remove(phrase, "shushi")
    matcher.remove(Phrase("Baku"), "city")

    assert matcher.phrases == before


@pytest.mark.parametrize("text", ["東京都の新しい駅", "新宿東京間", "東京"])
def test_scripts_without_spaces_match_inside_a_run(text: str) -> None:
    assert tags_of(Matcher.from_aliases([("東京", "tokyo")]), text) == {"tokyo"}


@pytest.mark.parametrize("text", ["في القاهرة", "والقاهره", "بالقاهرة"])
def test_arabic_prefixes_of_one_letter_are_seen_through(text: str) -> None:
    assert tags_of(Matcher.from_aliases([("القاهرة", "cairo")]), text) == {"cairo"}


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
