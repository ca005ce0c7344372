"""Two workers and one batch, as PostgreSQL sees them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from notifications.models import Batch
from tests import make
from tests.processes import is_somebody_waiting, wait_until
from tests.told import follower, plan

LEASE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db(transaction=True)


def claim_elsewhere(batch_id: int) -> Batch | None:
    try:
        return Batch.objects.claim(batch_id, LEASE)
    finally:
        connection.close()


def test_who_waited_for_a_batch_while_another_took_it_does_not_get_it() -> None:
    tag = make.tag()
    follower(tag, "phone-number-001")
    batch = plan(tag).batches.get()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first = Batch.objects.claim(batch.pk, LEASE)
            second = other.submit(claim_elsewhere, batch.pk)
            wait_until(is_somebody_waiting)
        assert second.result() is None

    batch.refresh_from_db()
    assert first
    assert batch.lease_token == first.lease_token == 1
