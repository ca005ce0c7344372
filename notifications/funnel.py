"""What an alert brought about, from those whom it could concern to those who opened it."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum

from notifications.models import Alert, Failure, Holdback, Reaction

OFF_AFTER = timedelta(hours=24)  # turned off by then is laid at the alert's door

DELAYS = """
    SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (
        ORDER BY extract(epoch FROM x.happened_at - a.published_at))
    FROM notifications_reaction x JOIN notifications_alert a ON a.id = x.alert_id
    WHERE x.alert_id = %s AND x.kind = 'received'
"""


def make_funnel(alert: Alert) -> dict[str, Any]:
    """Its figures, step by step.

    `readers`: as they were counted at planning; `held_back`: readers by reason; `messages` and
    `failed`: by outcome and by the provider's code; `reactions`: devices; `seconds`: from
    publication to the phone, for half and for nine tenths of the reports (None without reports).
    """
    batches = alert.batches.aggregate(
        accepted=Sum("accepted_count", default=0),
        failed=Sum("failed_count", default=0),
        ambiguous=Sum("ambiguous_count", default=0),
        held_back=Sum("held_back_count", default=0),
        deviceless=Sum("deviceless_count", default=0),
    )
    codes = Failure.objects.filter(batch__alert=alert, next_try_at=None).values_list("code")
    reactions = alert.reactions.aggregate(
        received=Count("pk", filter=Q(kind=Reaction.Kind.RECEIVED)),
        opened=Count("pk", filter=Q(kind=Reaction.Kind.OPENED)),
        dismissed=Count("pk", filter=Q(kind=Reaction.Kind.DISMISSED)),
        turned_off=Count(
            "pk",
            filter=Q(kind=Reaction.Kind.TURNED_OFF)
            & Q(happened_at__lt=(alert.planned_at or alert.created_at) + OFF_AFTER),
        ),
    )
    return {
        "readers": alert.counts,
        "held_back": count_held_back(alert) | {"deviceless": batches["deviceless"]},
        "messages": {name: batches[name] for name in ("accepted", "failed", "ambiguous")},
        "failed": dict(codes.annotate(n=Count("pk")).order_by("-n", "code")),
        "reactions": reactions,
        "seconds": measure_delays(alert),
    }


def count_held_back(alert: Alert) -> dict[str, int]:
    counts = dict.fromkeys(Holdback.Reason.values, 0)
    for reason, readers in Holdback.objects.filter(batch__alert=alert).values_list(
        "reason", "reader_ids"
    ):
        counts[reason] += len(readers)
    return counts


def measure_delays(alert: Alert) -> dict[str, float | None]:
    with connection.cursor() as cursor:
        cursor.execute(DELAYS, [alert.pk])
        [[values]] = cursor.fetchall()
    half, most = values or (None, None)
    return {"p50": half, "p90": most}
