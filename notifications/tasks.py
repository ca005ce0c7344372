"""The workers' door: ids in, one verb, nothing out."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from notifications import alerts, dispatch
from notifications.transports import get_transport


@shared_task
def plan_alerts(story_ids: list[str]) -> None:
    for batch_id in alerts.plan_alerts([UUID(story_id) for story_id in story_ids], timezone.now()):
        run_batch.delay(batch_id)


@shared_task
def run_batch(batch_id: int) -> None:
    if dispatch.run_batch(batch_id, get_transport()):
        run_batch.delay(batch_id)


@shared_task
def sweep_alerts() -> None:
    now = timezone.now()
    for batch_id in [*alerts.plan_forgotten(now), *alerts.find_runnable()]:
        run_batch.delay(batch_id)
