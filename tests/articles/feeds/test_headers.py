from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from articles.feeds.headers import Headers, read_expires, read_max_age, read_retry_after

NOON = "Thu, 05 Mar 2026 12:00:00 GMT"


def test_names_have_no_case_and_values_keep_every_byte() -> None:
    headers = Headers.from_lines([b'ETAG: "\xe9\xff"\r\n', b"Link: <a>\r\n", b"link:<b>\r\n"])

    assert headers.first("etag").encode("latin-1") == b'"\xe9\xff"'
    assert headers.joined("link") == "<a>, <b>"
    assert headers.first("expires") == headers.joined("expires") == ""


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("public, max-age=90", 90),
        ('MAX-AGE="60"', 60),
        ("max-age=" + "9" * 40, 31_536_000),
        ("no-cache", None),
        ("max-age=-1", None),
        ("max-age=²", None),
    ],
)
def test_max_age_is_read_and_bounded(said: str, seconds: int | None) -> None:
    assert read_max_age(said) == (None if seconds is None else timedelta(seconds=seconds))


def test_expires_counts_from_the_servers_own_clock() -> None:
    later = "Thu, 05 Mar 2026 12:10:00 GMT"

    assert read_expires(later, NOON) == timedelta(minutes=10)
    assert read_expires(NOON, later) == timedelta(0)
    assert read_expires("0", NOON) is read_expires("", NOON) is None


def test_cache_control_comes_before_expires() -> None:
    lines = [b"Cache-Control: max-age=5\r\n", f"Expires: {NOON}\r\n".encode()]

    assert Headers.from_lines(lines).max_age() == timedelta(seconds=5)


def test_a_wait_is_seconds_or_a_date_and_a_day_at_most() -> None:
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    assert read_retry_after("120") == timedelta(minutes=2)
    assert read_retry_after("9" * 30) == timedelta(days=1)
    assert timedelta(minutes=59) < (read_retry_after(in_an_hour) or timedelta(0))
    assert read_retry_after("Thu, 05 Mar 2026 12:00:00") == timedelta(0)
    assert read_retry_after("soon") is None
