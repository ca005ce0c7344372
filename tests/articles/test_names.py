import pytest

from articles.names import find_names, find_numbers, propose

TEXT = (
    "The bridge over the Arpa fell on Monday. The mayor, Anahit Petrosyan, closed the road along "
    "the Arpa. Nobody was hurt, Petrosyan said. The rain has stopped."
)


def test_names_are_runs_of_capitals() -> None:
    assert find_names("Near Lake Sevan, Jean-Luc met O'Neill") == [
        "Near Lake Sevan",
        "Jean-Luc",
        "O'Neill",
    ]


def test_a_text_in_capitals_has_no_names() -> None:
    assert find_names("BRIDGE FALLS NEAR JERMUK") == []


def test_numbers_are_found() -> None:
    assert find_numbers("900 years, 1,200 people and 3.5 km") == ["900", "1,200", "3.5"]


def test_a_surname_counts_for_the_full_name_and_a_sentence_s_capital_for_nothing() -> None:
    assert propose("Bridge over Arpa falls", TEXT) == ["Arpa", "Anahit Petrosyan"]


def test_what_is_mentioned_once_is_not_proposed() -> None:
    assert "Monday" not in propose("Bridge over Arpa falls", TEXT)


@pytest.mark.parametrize(
    ("title", "text", "phrase"),
    [
        ("افتتاح جسر جديد", "افتتاح جسر جديد في المدينة. جسر جديد للناس.", "جسر جديد"),
        ("ახალი ხიდი", "ქალაქში ახალი ხიდი გაიხსნა. ახალი ხიდი გრძელია.", "ახალი ხიდი"),
    ],
)
def test_without_capitals_it_is_what_the_title_says_and_the_text_repeats(
    title: str, text: str, phrase: str
) -> None:
    assert propose(title, text) == [phrase]


def test_the_number_of_proposals_is_limited() -> None:
    names = ["Ani Arpa", "Beril Bag", "Ceyda Cam", "Dora Dag", "Elin Efe", "Fani Fir"]
    text = ". ".join(f"We saw {name} and {name}" for name in names)

    assert len(propose("", text)) == 5
