"""Verb: a synthetic alert to the desk's devices each hour: it goes the way of every alert through
beat, broker, worker and provider, so that silence is noticed before there is news.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache

from notifications.models import Alert, Device
from notifications.preflight import send_test
from notifications.transports.base import Result, Transport

logger = logging.getLogger(__name__)

KEY = "push:probe"
KEPT = timedelta(days=30)


def send_probe(transport: Transport, now: datetime) -> None:
    """Tell the desk's devices that alerts arrive, and note when the provider took it."""
    devices = Device.objects.live().filter(is_desk=True)
    alert = Alert(
        title=f"Daily8 is well: {now:%H:%M} UTC",
        body="Sent each hour to the desk only.",
        link=f"{settings.SITE_URL}/",
        published_at=now,
        expires_at=now + timedelta(hours=1),
    )
    outcomes = [outcome for _, outcome in send_test(alert, devices, transport)]
    if any(outcome.result is Result.ACCEPTED for outcome in outcomes):
        cache.set(KEY, now, KEPT.total_seconds())
    elif outcomes:
        codes = sorted({outcome.code for outcome in outcomes})
        logger.error("no probe was accepted", extra={"codes": codes})


def age_of_probe(now: datetime) -> timedelta | None:
    """How long ago the provider took the last one; None where there was none in a month."""
    sent_at: datetime | None = cache.get(KEY)
    return now - sent_at if sent_at else None
