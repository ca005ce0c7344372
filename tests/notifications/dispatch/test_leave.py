import time
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from articles.pace import connect
from notifications.dispatch import leave
from notifications.dispatch.leave import Leave
from notifications.models import Alert
from notifications.quota import Quota


@pytest.fixture(autouse=True)
def quota(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Quota:
    """1,000 a second, so that a lot has 100 permits."""
    settings.PUSH_RATE = 1000
    quota = Quota(connect(), settings.PUSH_RATE, workers=1)
    monkeypatch.setattr(leave, "get_quota", lambda: quota)
    return quota


@pytest.fixture
def mine() -> Leave:
    """To send an alert that will not expire soon."""
    mine = Leave(Alert(is_breaking=True))
    mine.learn(timedelta(hours=1))
    return mine


def test_permits_are_asked_for_by_the_lot_and_no_more_than_are_of_use(mine: Leave) -> None:
    assert mine.ask(10, following=500)
    assert mine.permits == 90
    mine.give_back()

    assert mine.ask(10, following=20)
    assert mine.permits == 20


def test_what_is_not_used_is_left_to_others(mine: Leave, quota: Quota) -> None:
    mine.ask(10, following=500)
    assert quota.take(90, is_breaking=True) == 0
    assert quota.take(50, is_breaking=True) > 0

    mine.give_back()

    assert quota.take(50, is_breaking=True) == 0


def test_who_sends_slowly_does_not_use_up_the_rate(
    mine: Leave, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permits end after a while, to see a pause: those that had been left count for nothing."""
    monkeypatch.setattr(leave, "LOT_SECONDS", 0.05)
    begun = time.monotonic()
    for _ in range(8):
        assert mine.ask(1, following=500)
        mine.permits_end = 0

    assert time.monotonic() - begun < 0.2
