"""Is it alive, is it ready, and how is it doing: for load balancers and Prometheus."""

from collections.abc import Iterable
from math import inf

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from redis import RedisError

from notifications.probe import age_of_probe

GAUGES = {
    "daily8_feeds_due": (
        "Feeds whose time has come and that no worker holds",
        "SELECT count(*) FROM articles_feed WHERE state = 'active' AND due_at <= now()",
    ),
    "daily8_feeds_failing": (
        "Feeds whose last fetch failed",
        "SELECT count(*) FROM articles_feed WHERE error_count > 0 AND state = 'active'",
    ),
    "daily8_articles_unfinished": (
        "Articles stored but not yet announced",
        "SELECT count(*) FROM articles_article WHERE state <> 'announced'",
    ),
    "daily8_batches_unfinished": (
        "Batches that still have readers to tell",
        "SELECT count(*) FROM notifications_batch WHERE state IN ('pending', 'retrying')",
    ),
    "daily8_batches_oldest_wait_seconds": (
        "How long the oldest released batch has waited",
        """SELECT coalesce(extract(epoch FROM now() - min(release_at)), 0)
           FROM notifications_batch
           WHERE state IN ('pending', 'retrying') AND release_at <= now()""",
    ),
    "daily8_alerts_paused": (
        "Alerts that a person has to look at",
        "SELECT count(*) FROM notifications_alert WHERE state = 'paused'",
    ),
    "daily8_messages_accepted": (
        "Messages that the provider took, for alerts of the last day",
        """SELECT coalesce(sum(accepted_count), 0)
           FROM notifications_batch b JOIN notifications_alert a ON a.id = b.alert_id
           WHERE a.created_at > now() - interval '1 day'""",
    ),
}


class Database:
    """Figures that every process sees alike, read when Prometheus asks."""

    def collect(self) -> Iterable[Metric]:
        with connection.cursor() as cursor:
            for name, (text, query) in GAUGES.items():
                cursor.execute(query)
                [[value]] = cursor.fetchall()
                yield GaugeMetricFamily(name, text, value=float(value))
        age = age_of_probe(timezone.now())
        yield GaugeMetricFamily(
            "daily8_probe_age_seconds",
            "How long ago the provider took the last synthetic alert; infinite without one",
            value=age.total_seconds() if age else inf,
        )


def healthz(_: HttpRequest) -> HttpResponse:
    """200 while the process answers; it asks nobody else, so a slow database restarts nothing."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_: HttpRequest) -> JsonResponse:
    """200 when database, migrations and Redis are there; else 503 with what is missing."""
    state = {"database": "ok", "migrations": "ok", "redis": "ok"}
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            state["migrations"] = "pending"
    except DatabaseError:
        state["database"] = state["migrations"] = "unreachable"
    try:
        cache.get("readyz")
    except RedisError:
        state["redis"] = "unreachable"
    ready = set(state.values()) == {"ok"}
    return JsonResponse(state, status=200 if ready else 503)


def metrics(_: HttpRequest) -> HttpResponse:
    registry = CollectorRegistry()
    registry.register(Database())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
