from dataclasses import replace
from datetime import timedelta

import pytest

from articles.diagnosis import Facts, explain
from tests.make import NOON

HOUR = timedelta(hours=1)
WELL = Facts(
    state="active",
    is_publisher_active=True,
    error="",
    error_count=0,
    failing_since=None,
    fetched_at=NOON - HOUR,
    changed_at=NOON - 3 * HOUR,
    due_at=NOON + HOUR,
    is_leased=False,
)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "All is well: news 3 h ago, next look in 60 min."),
        ({"is_publisher_active": False}, "Its publisher is switched off."),
        ({"state": "paused"}, "An editor has paused it."),
        (
            {"state": "ended", "error": "http_status 410"},
            "It has ended: its publisher has removed it for good (410).",
        ),
        (
            {"error": "too_large", "error_count": 4, "failing_since": NOON},
            (
                "Its document is larger than 10 MB; 4 times in a row since 02 Mar 12:00."
                " The next try is in 60 min."
            ),
        ),
        (
            {"error": "http_status 503", "error_count": 1, "due_at": NOON},
            "Its server is in trouble (503); once since 02 Mar 12:00. The next try is due now.",
        ),
        ({"fetched_at": None}, "It is new."),
        ({"fetched_at": None, "is_leased": True}, "It is being fetched for the first time."),
        ({"changed_at": None}, "It was read without trouble, and had nothing new yet."),
        (
            {"changed_at": NOON - timedelta(days=30)},
            "It is read without trouble; its publisher wrote nothing new for 30 days.",
        ),
        (
            {"is_index": True},
            "It lists other sitemaps, which are feeds of their own; read 60 min ago.",
        ),
    ],
)
def test_a_feed_says_how_it_is(changes: dict[str, object], sentence: str) -> None:
    assert explain(replace(WELL, **changes), NOON) == sentence  # type: ignore[arg-type]  # a table


@pytest.mark.parametrize(
    "error", ["connection: nobody answers", "not a feed: not XML", "timeout", "something new"]
)
def test_every_error_has_words(error: str) -> None:
    sentence = explain(replace(WELL, error=error, error_count=1), NOON)

    assert sentence[0].isupper()
    assert sentence.endswith(".")
