import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.wording import cut, make_body


@given(st.text(), st.integers(8, 100))
def test_a_cut_text_fits_its_bytes_and_is_a_beginning(text: str, limit: int) -> None:
    kept = cut(text, limit)

    assert len(kept.encode()) <= limit
    assert " ".join(text.split()).startswith(kept.removesuffix("…").rstrip())


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("Short", 100, "Short"),
        ("Trains to the mountains", 13, "Trains to…"),
        ("قطار الجبال", 12, "قطار…"),
        ("ab👩‍👩‍👧 family", 20, "ab…"),
        ("ab👍🏽 thumb", 10, "ab…"),
        ("cafe\u0301 noir", 8, "caf…"),
    ],
)
def test_a_character_as_readers_see_it_is_never_broken(text: str, limit: int, kept: str) -> None:
    assert cut(text, limit) == kept


def test_the_body_names_the_publisher() -> None:
    assert make_body("Hill Courier", "A new line opens.") == "Hill Courier: A new line opens."
    assert make_body("Hill Courier", "") == "Hill Courier"
