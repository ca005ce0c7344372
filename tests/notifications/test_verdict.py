from datetime import timedelta

import pytest

from notifications.transports.base import Outcome, Result
from notifications.verdict import Delivery, Pause, wanted_pause
from tests.notifications.transports.samples import message

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BUSY = Outcome(result=Result.RETRY, code="UNAVAILABLE", slows_all=True)
BUSY_FOR_A_WHILE = Outcome(
    result=Result.RETRY, code="UNAVAILABLE", slows_all=True, retry_after=timedelta(seconds=7)
)
SPENT = Outcome(result=Result.RETRY, code="QUOTA_EXCEEDED", slows_all=True)
DEAD = Outcome(result=Result.GONE, code="UNREGISTERED")


@pytest.mark.parametrize(
    ("outcomes", "pause"),
    [
        ([], None),
        ([DEAD] * 30, None),
        ([BUSY] * 5, None),
        ([BUSY] * 6, Pause(None, SECOND, is_overload=True)),
        ([BUSY_FOR_A_WHILE], Pause(timedelta(seconds=7), SECOND, is_overload=True)),
        ([SPENT], Pause(None, MINUTE, is_overload=False)),
    ],
)
def test_workers_wait_when_the_provider_asks_or_cannot_keep_up(
    outcomes: list[Outcome], pause: Pause | None
) -> None:
    unsent = [Delivery(message(), outcome, 1) for outcome in outcomes]

    assert wanted_pause(unsent, 100) == pause
