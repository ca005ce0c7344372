from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from articles.feeds.headers import read_retry_after
from notifications.transports.base import Result
from notifications.transports.fcm.answers import read_outcome


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": 1}', b'{"error": {"details": [1]}}']
)
def test_a_proxys_page_is_no_verdict_on_the_address(body: bytes) -> None:
    assert read_outcome(502, None, body).result is Result.RETRY
    assert read_outcome(403, None, body).result is Result.FORBIDDEN


def test_retry_after_is_read_as_seconds_and_as_a_date() -> None:
    assert read_retry_after("7") == timedelta(seconds=7)
    soon = read_retry_after(format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True))
    assert soon is not None
    assert timedelta(minutes=1) < soon <= timedelta(minutes=2)
    assert read_retry_after("whenever") is None
