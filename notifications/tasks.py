"""The workers' door: ids in, one verb, nothing out."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from notifications import alerts, digests, dispatch, probe, releasing
from notifications.models import Batch, Device
from notifications.transports import get_transport

LANES = {True: "push.breaking", False: "push"}
"""Queues: breaking news has workers of its own, so that it never waits behind other alerts."""


def send_batches(batch_ids: list[int]) -> None:
    """Ask workers to run batches, each in its lane."""
    breaking = Batch.objects.filter(pk__in=batch_ids).values_list("pk", "alert__is_breaking")
    lanes = dict(breaking) if batch_ids else {}
    for batch_id in batch_ids:
        run_batch.apply_async((batch_id,), queue=LANES[lanes.get(batch_id, False)])


@shared_task
def plan_alerts(story_ids: list[str]) -> None:
    send_batches(alerts.plan_alerts([UUID(story_id) for story_id in story_ids], timezone.now()))


@shared_task
def run_batch(batch_id: int) -> None:
    send_batches(dispatch.run_batch(batch_id, get_transport()))


@shared_task
def sweep_alerts() -> None:
    now = timezone.now()
    planned = [*alerts.plan_forgotten(now), *releasing.release_held(now)]
    send_batches(list(dict.fromkeys([*planned, *releasing.find_runnable()])))


@shared_task
def plan_digests() -> None:
    send_batches(digests.plan_digests(timezone.now()))


@shared_task
def age_devices() -> None:
    Device.objects.age(timezone.now().date())


@shared_task
def send_probe() -> None:
    probe.send_probe(get_transport(), timezone.now())
