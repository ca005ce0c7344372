"""Alerts as their tests need them: planned for now and sent by the memory transport."""

from typing import Any

from django.utils import timezone

from articles.models import Follow, Tag
from notifications import alerts, dispatch
from notifications.models import Alert, Batch, Device
from notifications.transports.memory import MemoryTransport
from tests import make


def plan(*tags: Tag, **facts: Any) -> Alert:
    """The alert that a new article about these tags causes."""
    now = timezone.now()
    article = make.article(tags=list(tags), published_at=now, **facts)
    alerts.plan_alerts([make.story_of(article).pk], now)
    return Alert.objects.get(story=article.story)


def run_all(alert: Alert) -> None:
    """Send what may go now, each batch until it wants no other turn."""
    waiting = list(Batch.objects.runnable().filter(alert=alert).values_list("pk", flat=True))
    while waiting:
        waiting += dispatch.run_batch(waiting.pop(0), MemoryTransport())
    alert.refresh_from_db()


def follower(tag: Tag, address: str, level: str = Follow.Level.ALL, **facts: Any) -> Device:
    """A reader's device; `facts` are those of the preference: quiet hours, cap, gap."""
    reader = make.reader()
    make.preference(reader, **facts)
    make.follow(reader, tag, Follow.Level(level))
    return make.device(reader, address)


def told() -> list[str]:
    """The addresses that were sent a message, in order."""
    return sorted(message.address for message in MemoryTransport.outbox)
