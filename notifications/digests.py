"""Verb: once a day, at the reader's hour, one message of what waited: what came while the reader
slept or had had enough, and what is followed for the digest. Nothing to say, nothing sent.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Exists, OuterRef

from articles.models import Article
from notifications.models import Alert, Batch
from notifications.planning import SHARDS_PER_BLOCK, Crowd, cut_ranges, last_digest
from notifications.releasing import READERS_PER_BATCH, make_batches, read_profiles
from notifications.standing import WAITED, Standing, find_standings

LATE = timedelta(hours=3)  # after which a digest that was missed is not made up for
MOST_NAMED = 5
HEARD = (Standing.TOLD, Standing.SENDING, Standing.ASLEEP)

COUNT = f"""
    SELECT p.shard / {SHARDS_PER_BLOCK}, p.quiet_profile_id, count(*)
    FROM notifications_preference p
    WHERE p.quiet_profile_id = ANY(%(profiles)s) AND p.is_on
    GROUP BY 1, 2
"""  # noqa: S608 - built from a constant, values are bound


def plan_digests(now: datetime) -> list[int]:
    """Begin the digests whose hour has come; ids of batches that may go now."""
    due: dict[datetime, list[int]] = defaultdict(list)
    for profile_id, quiet in read_profiles().items():
        moments = last_digest(quiet, now)
        if moments and moments[0] > now - LATE:
            due[moments[0]].append(profile_id)
    known = Alert.objects.filter(kind=Alert.Kind.DIGEST, published_at__in=due)
    for moment in known.values_list("published_at", flat=True):
        del due[moment]
    return [pk for moment, profiles in sorted(due.items()) for pk in begin(moment, profiles, now)]


def begin(moment: datetime, profiles: list[int], now: datetime) -> list[int]:
    """One digest for all readers of these profiles; nothing where another process was faster."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"profiles": profiles})
        crowds = [Crowd(*row) for row in cursor.fetchall()]
    ranges = cut_ranges(crowds, dict.fromkeys(profiles, now), READERS_PER_BATCH)
    try:
        with transaction.atomic():
            digest = Alert.objects.create(
                kind=Alert.Kind.DIGEST,
                state=Alert.State.SENDING if ranges else Alert.State.SENT,
                title=f"Digest of {moment:%Y-%m-%d %H:%M} UTC",
                link=f"{settings.SITE_URL}/",
                published_at=moment,
                planned_at=now,
                proved_at=now,
                expires_at=moment + LATE,
                counts={"eligible": sum(crowd.count for crowd in crowds)},
            )
            batches = Batch.objects.bulk_create(make_batches(digest, ranges))
    except IntegrityError:
        return []
    return [batch.pk for batch in batches]


@dataclass(frozen=True, slots=True)
class Catch:
    """What one reader has missed: the best stories first, and how many they are."""

    alerts: list[Alert]
    count: int


def catch_up(
    since: Sequence[tuple[UUID, datetime]], until: datetime, now: datetime
) -> dict[UUID, Catch]:
    """For each of these readers what waited after a moment of its own; no entry for nothing.

    A story that the reader was told of in another alert did not wait.
    """
    stands = find_standings(since, until=until, now=now)
    alerts = read_alerts({stand.alert_id for stand in stands})
    order = rank(alerts.values())
    waited: dict[UUID, set[str]] = defaultdict(set)
    heard: dict[UUID, set[str]] = defaultdict(set)
    for stand in stands:
        if stand.alert_id in alerts:
            is_missed = stand.standing in WAITED and not stand.is_opened
            kept = waited if is_missed else heard
            if is_missed or stand.is_opened or stand.standing in HEARD:
                kept[stand.reader_id].add(alerts[stand.alert_id].replaces())
    caught = {}
    for reader_id, missed in waited.items():
        left = missed - heard[reader_id]
        if left:
            best = [order[mark] for mark in order if mark in left]
            caught[reader_id] = Catch(best[:MOST_NAMED], len(best))
    return caught


def read_alerts(alert_ids: Iterable[UUID]) -> dict[UUID, Alert]:
    """Those of the alerts that were not taken back."""
    taken_back = Alert.objects.filter(kind=Alert.Kind.RETRACTION, story=OuterRef("story"))
    standing = Alert.objects.filter(~Exists(taken_back), pk__in=alert_ids)
    return standing.select_related("story").in_bulk()


def rank(alerts: Iterable[Alert]) -> dict[str, Alert]:
    """One alert for each story, best first: breaking, then what most publishers tell of, then the
    newest.
    """
    known = {alert.story_id: alert for alert in alerts}
    shown = Article.objects.shown().filter(story__in=filter(None, known))
    counts = dict(shown.values_list("story").annotate(n=Count("publisher", distinct=True)))

    def goodness(alert: Alert) -> tuple[bool, int, datetime]:
        return alert.is_breaking, counts.get(alert.story_id, 0), alert.published_at

    ranked = sorted(alerts, key=goodness, reverse=True)
    best: dict[str, Alert] = {}
    for alert in ranked:
        best.setdefault(alert.replaces(), alert)
    return best
