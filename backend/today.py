"""What the desk's front page tells of the last 24 hours. A few statements, none over all rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, TruncHour
from django.utils.safestring import SafeString, mark_safe

from articles.charts import Bar, draw_columns, draw_rows
from articles.diagnosis import reason
from articles.models import Article, Feed, StoryPair, Suggestion, Tag, Trend
from articles.models.identifier import first_id
from notifications.models import Alert, Batch, Reaction

DAY = timedelta(hours=24)
SHOWN = 6
DELAYS = """
    SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (
        ORDER BY extract(epoch FROM x.happened_at - a.published_at))
    FROM notifications_reaction x JOIN notifications_alert a ON a.id = x.alert_id
    WHERE a.planned_at > %s AND x.kind = 'received'
"""


@dataclass(frozen=True, slots=True)
class Alerts:
    """What alerts of the day did."""

    sent: int
    accepted: int
    opened: int
    turned_off: int
    seconds: float | None
    """From publication to half of the phones that report; None without reports."""
    most_seconds: float | None
    """To nine tenths of them."""
    latest: list[Any]


def chart_articles(now: datetime) -> SafeString:
    """How many articles came in, hour by hour."""
    hours = [
        (now - timedelta(hours=back)).replace(minute=0, second=0, microsecond=0)
        for back in reversed(range(24))
    ]
    seen = Article.objects.filter(pk__gte=first_id(hours[0]), first_seen_at__gte=hours[0])
    by_hour = seen.annotate(hour=TruncHour("first_seen_at")).values_list("hour")
    counts = dict(by_hour.annotate(n=Count("pk")).order_by())
    bars = [Bar(f"{hour:%H}", counts.get(hour, 0)) for hour in hours]
    return safe(draw_columns(bars, "Articles in, by the hour (UTC)", every=3))


def chart_rising() -> SafeString:
    """The tags that rise most today, by their stories."""
    rising = Tag.objects.rising(Trend.Span.DAY).values_list("name", "trends__story_count")
    bars = [Bar(f"#{name}", count or 0, "sun") for name, count in rising[:SHOWN]]
    return safe(draw_rows(bars, "Tags rising, by stories"))


def look_at_alerts(now: datetime) -> Alerts:
    recent = Alert.objects.filter(planned_at__gt=now - DAY).exclude(kind=Alert.Kind.DIGEST)
    told = Batch.objects.filter(alert__in=recent.values("pk"))
    reactions = Reaction.objects.filter(alert__in=recent.values("pk")).aggregate(
        opened=Count("pk", filter=Q(kind=Reaction.Kind.OPENED)),
        turned_off=Count("pk", filter=Q(kind=Reaction.Kind.TURNED_OFF)),
    )
    with connection.cursor() as cursor:
        cursor.execute(DELAYS, [now - DAY])
        [[values]] = cursor.fetchall()
    half, most = values or (None, None)
    of_each = Batch.objects.filter(alert=OuterRef("pk")).order_by().values("alert")
    accepted = Coalesce(Subquery(of_each.values(n=Sum("accepted_count"))), 0)
    return Alerts(
        sent=recent.count(),
        accepted=told.aggregate(n=Sum("accepted_count", default=0))["n"],
        opened=reactions["opened"],
        turned_off=reactions["turned_off"],
        seconds=half,
        most_seconds=most,
        latest=list(recent.annotate(accepted=accepted).order_by("-planned_at")[:SHOWN]),
    )


def chart_alerts(alerts: Alerts) -> SafeString:
    """Messages that left, and what came back of them."""
    bars = [
        Bar("messages sent", alerts.accepted, "good-bar"),
        Bar("opened", alerts.opened, "sun"),
        Bar("turned alerts off", alerts.turned_off, "bad-bar"),
    ]
    return safe(draw_rows(bars, "Alerts of today"))


def find_failing() -> list[tuple[Feed, str]]:
    """Feeds that fail, the longest first, with the reason in words."""
    failing = Feed.objects.filter(state=Feed.State.ACTIVE, publisher__is_active=True)
    failing = failing.exclude(error="").select_related("publisher")
    longest = failing.order_by(F("failing_since").asc(nulls_last=True))[:SHOWN]
    return [(feed, reason(feed.error)) for feed in longest]


def count_waiting() -> dict[str, int]:
    """What waits for somebody of the desk."""
    return {
        "articles": Article.objects.waiting()[:1000].count(),
        "pairs": StoryPair.objects.filter(state=StoryPair.State.OPEN).count(),
        "suggestions": Suggestion.objects.filter(state=Suggestion.State.OPEN).count(),
        "asked": Alert.objects.filter(state=Alert.State.DRAFT, asked_by__isnull=False).count(),
    }


def safe(drawing: str) -> SafeString:
    return mark_safe(drawing)  # noqa: S308 - the drawing escapes its texts
