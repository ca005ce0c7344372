from datetime import timedelta

import pytest
from django.utils import timezone

from articles.templatetags.desk import length_of, passed, percent


@pytest.mark.parametrize(
    ("length", "text"),
    [(None, ""), (timedelta(seconds=9), "9 s"), (timedelta(minutes=9), "9 min")],
)
def test_lengths_are_said_in_the_unit_that_fits(length: timedelta | None, text: str) -> None:
    assert length_of(length) == text


def test_moments_are_said_as_what_has_passed() -> None:
    assert passed(None) == "never"
    assert passed(timezone.now() - timedelta(hours=3)) == "3 h ago"
    assert percent(0.754) == "75%"
