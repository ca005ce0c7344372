"""A reader's inbox: the alerts about what the reader follows, and how each of them stands with the
reader. Computed when it is asked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from articles.models import Follow, Tag
from notifications.models import Alert, Preference
from notifications.standing import Stand, find_standings

KEPT = timedelta(days=30)  # what is older is not counted as unread
MOST_UNREAD = 99


def alerts_for(reader_id: UUID, languages: list[str]) -> QuerySet[Alert]:
    """The alerts of a reader's inbox, newest first, each with the tags through which it concerns
    the reader. A story is there once, in its latest words.
    """
    follows = Follow.objects.current().filter(reader_id=reader_id)
    why = Tag.objects.filter(pk__in=follows.values("tag")).order_by("name")
    # An extension tells others of a story that this reader has in the inbox already.
    before = Alert.objects.filter(
        story=OuterRef("story"), pk__lt=OuterRef("pk"), tags__in=why.order_by()
    ).exclude(state__in=[Alert.State.DRAFT, Alert.State.CANCELLED])
    is_again = Exists(before.filter(planned_at__isnull=False))
    mine = Alert.objects.for_reader(reader_id).in_languages(languages)
    shown = mine.exclude(is_again, kind=Alert.Kind.EXTENSION)
    return shown.prefetch_related(Prefetch("tags", why)).order_by("-created_at", "-id")


def stand_with(reader_id: UUID, alerts: Sequence[Alert], now: datetime) -> dict[UUID, Stand]:
    """How these alerts stand with the reader, by alert."""
    moments = [alert.planned_at for alert in alerts if alert.planned_at]
    if not moments:
        return {}
    since = [(reader_id, min(moments) - timedelta(seconds=1))]
    ids = [alert.pk for alert in alerts]
    stands = find_standings(since, until=max(moments), now=now, alerts=ids)
    return {stand.alert_id: stand for stand in stands}


def count_unread(reader_id: UUID, now: datetime) -> int:
    """Alerts since the reader last looked at the inbox, up to MOST_UNREAD."""
    preference = Preference.objects.filter(reader_id=reader_id).first()
    languages = preference.languages if preference else []
    seen_at = (preference and preference.inbox_seen_at) or now - KEPT
    new = alerts_for(reader_id, languages).filter(planned_at__gt=max(seen_at, now - KEPT))
    return new.order_by()[:MOST_UNREAD].count()


def see_inbox(reader_id: UUID, now: datetime) -> None:
    """Nothing in the inbox is unread any more."""
    Preference.objects.filter(reader_id=reader_id).update(inbox_seen_at=now)
