from datetime import UTC, datetime

import pytest

from articles.feeds.dates import parse_date


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T12:00:00Z",
        "2026-03-02T13:00:00+01:00",
        "2026-03-02 12:00:00",
        "2026-03-02T12:00:00.123456789Z",
        "Mon, 02 Mar 2026 12:00:00 GMT",
        "Mon, 2 Mar 2026 07:00:00 EST",
        "02 Mar 2026 16:00:00 +0400",
        "Mon, 02 Mar 2026 13:00:00 CET",
    ],
)
def test_the_forms_that_feeds_use_are_one_instant(text: str) -> None:
    parsed = parse_date(text)

    assert parsed is not None
    assert parsed.replace(microsecond=0) == datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-40", "0000-00-00T00:00:00Z", "12:00"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None
