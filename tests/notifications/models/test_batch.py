"""Two workers and one batch, as PostgreSQL sees them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from notifications import releasing
from notifications.models import Alert, Batch
from tests import make
from tests.processes import is_somebody_waiting, wait_until
from tests.told import follower, plan

LEASE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(claim: Callable[[], Batch | None]) -> Batch | None:
    """In a thread, with a connection of its own."""
    try:
        return claim()
    finally:
        connection.close()


def test_who_waited_for_a_batch_while_another_took_it_does_not_get_it() -> None:
    tag = make.tag()
    follower(tag, "phone-number-001")
    batch = plan(tag).batches.get()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first = Batch.objects.claim(batch.pk, LEASE)
            second = other.submit(elsewhere, partial(Batch.objects.claim, batch.pk, LEASE))
            wait_until(is_somebody_waiting)
        assert second.result() is None

    batch.refresh_from_db()
    assert first
    assert batch.lease_token == first.lease_token == 1


def test_two_workers_that_go_on_at_once_get_different_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(releasing, "READERS_PER_BATCH", 2)
    tag = make.tag()
    for number in range(12):
        follower(tag, f"phone-number-{number:03d}")
    alert = plan(tag)
    count = alert.batches.count()
    assert count >= 3

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        mine = Batch.objects.claim_next(alert, LEASE)
        claim = partial(Batch.objects.claim_next, alert, LEASE)
        theirs = other.submit(elsewhere, claim).result(10)
    left = [Batch.objects.claim_next(alert, LEASE) for _ in range(count - 1)]

    claimed = [each for each in [mine, theirs, *left] if each]
    assert {each.pk for each in claimed} == set(alert.batches.values_list("pk", flat=True))
    assert [each.lease_token for each in claimed] == [1] * count
    assert left[-1] is None


@pytest.mark.parametrize(
    ("of_alert", "of_batch", "is_free"),
    [
        ({}, {}, True),
        ({"proved_at": None}, {"is_canary": True}, True),
        ({}, {"lease_until": Now() - LEASE}, True),
        ({"state": Alert.State.PAUSED}, {}, False),
        ({"proved_at": None}, {"is_canary": False}, False),
        ({}, {"state": Batch.State.RETRYING}, False),
        ({}, {"release_at": Now() + LEASE}, False),
        ({}, {"lease_until": Now() + LEASE}, False),
    ],
)
def test_what_may_run_is_claimed_and_nothing_else(
    of_alert: dict[str, Any], of_batch: dict[str, Any], *, is_free: bool
) -> None:
    tag = make.tag()
    follower(tag, "phone-number-001")
    alert = plan(tag)
    Alert.objects.filter(pk=alert.pk).update(**{"proved_at": timezone.now()} | of_alert)
    alert.batches.update(**of_batch)

    pending = Batch.objects.runnable().filter(state=Batch.State.PENDING)
    assert pending.exists() is is_free
    assert bool(Batch.objects.claim_next(alert, LEASE)) is is_free
