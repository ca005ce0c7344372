"""Verb: an alert's hold ends: its audience is frozen and cut into batches, which wait for workers
until they are sent or too late.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from notifications.audience import audience_of, take_census
from notifications.models import Alert, Batch, QuietProfile
from notifications.planning import QuietHours, Range, cut_ranges, find_releases, spread

logger = logging.getLogger(__name__)

READERS_PER_BATCH = 20_000  # where a worker is killed, the rest of one waits for its lease
CANARY = 200  # messages by which an alert is proved before all others are sent it
MOST_SWEPT = 100  # a sweep every few seconds must not fill the queue faster than workers empty it


def hold_or_release(alert: Alert, hold: timedelta, now: datetime) -> list[Batch]:
    """Let an alert go, at once or when its hold is over; the batches, if there are any yet."""
    if hold:
        alert.state, alert.release_at = Alert.State.HELD, now + hold
        alert.save(update_fields=["state", "release_at"])
        return []
    return release(alert, now)


def release_held(now: datetime) -> list[int]:
    """Release the alerts whose hold is over; ids of batches that may go now."""
    runnable: list[int] = []
    due = Alert.objects.filter(state=Alert.State.HELD, release_at__lte=now)
    for alert in due.select_related("story")[:MOST_SWEPT]:
        with transaction.atomic():
            if alert.story:
                alert.story.group().lock()  # nobody else plans or releases alerts of these
            free = due.select_for_update(skip_locked=True, of=("self",)).filter(pk=alert.pk)
            for each in free.select_related("story"):
                yield_to_earlier(each)
                runnable += runnable_now(release(each, now), now)
    return runnable


def yield_to_earlier(alert: Alert) -> None:
    """Let the first alert of a story that became part of another while it was held tell only those
    who have not heard of it from the other's.
    """
    if alert.story is None or alert.kind != Alert.Kind.INITIAL:
        return
    earlier = Alert.objects.filter(story__in=alert.story.group(), planned_at__isnull=False)
    if earlier.exclude(pk=alert.pk).exists():
        known = Alert.objects.filter(story=alert.story, kind=Alert.Kind.EXTENSION)
        alert.kind, alert.number = Alert.Kind.EXTENSION, known.count() + 1


def runnable_now(batches: list[Batch], now: datetime) -> list[int]:
    """Those that may go at once: of an alert that is to be proved, its canary alone."""
    released = [batch for batch in batches if batch.release_at <= now]
    canary = [batch for batch in released if batch.is_canary]
    return [batch.pk for batch in canary or released]


def release(alert: Alert, now: datetime) -> list[Batch]:
    """Freeze the audience: ranges for readers who are awake, and later ones for those asleep.

    Whoever wakes up after the alert has expired gets no batch: stale news wakes nobody.
    """
    alert.planned_at = now
    ranges, alert.counts = plan_ranges(alert, now)
    batches = make_batches(alert, ranges)
    awake = alert.counts["eligible"] - alert.counts["asleep"] - alert.counts["too_late"]
    if batches and awake > CANARY:
        batches[0].is_canary = True
    else:
        alert.proved_at = now
    alert.state = Alert.State.SENDING if batches else Alert.State.SENT
    Batch.objects.bulk_create(batches)
    fields = ["kind", "number", "state", "planned_at", "proved_at", "counts"]
    alert.save(update_fields=fields)
    facts = {"alert": str(alert.pk), "batches": len(batches), "title": alert.title}
    logger.info("alert planned", extra=facts)
    return batches


def plan_ranges(alert: Alert, now: datetime) -> tuple[list[Range], dict[str, int]]:
    """The ranges that are told before the alert expires, and how many readers are where."""
    is_removal = alert.kind == Alert.Kind.RETRACTION
    census = take_census(audience_of(alert))
    profiles = {} if is_removal else read_profiles()
    releases = find_releases(profiles, now, is_breaking=alert.is_breaking)
    if is_removal:  # it makes no sound, whatever the hour
        releases = dict.fromkeys(QuietProfile.objects.values_list("pk", flat=True), now)
    asleep = [crowd for crowd in census.crowds if releases[crowd.profile_id] > now]
    late = [crowd for crowd in asleep if releases[crowd.profile_id] >= alert.expires_at]
    counts = census.counts | {
        "eligible": census.eligible,
        "asleep": sum(crowd.count for crowd in asleep) - sum(crowd.count for crowd in late),
        "too_late": sum(crowd.count for crowd in late),
    }
    ranges = spread(cut_ranges(census.crowds, releases, READERS_PER_BATCH), alert.pace)
    return [each for each in ranges if each.release_at < alert.expires_at], counts


def read_profiles() -> dict[int, QuietHours]:
    return {
        each.pk: QuietHours(
            each.zone, each.start, each.end, each.is_open_to_breaking, each.digest_at
        )
        for each in QuietProfile.objects.all()
    }


def make_batches(alert: Alert, ranges: list[Range]) -> list[Batch]:
    return [
        Batch(
            alert=alert,
            first_shard=each.first_shard,
            last_shard=each.last_shard,
            cursor_shard=each.first_shard,
            quiet_profiles=list(each.profile_ids),
            release_at=each.release_at,
        )
        for each in ranges
    ]


def find_runnable() -> list[int]:
    """Batches that wait for a worker, after closing those whose alert has expired."""
    expire()
    return list(Batch.objects.runnable().in_order()[:MOST_SWEPT])


def expire() -> None:
    """Alerts that nobody may be sent any more, by the database's clock."""
    with transaction.atomic():
        late = list(
            Alert.objects.select_for_update(skip_locked=True)
            .filter(state__in=Alert.LIVE, expires_at__lte=Now())
            .values_list("pk", flat=True)
        )
        if not late:
            return
        Batch.objects.filter(alert__in=late).unfinished().update(state=Batch.State.EXPIRED)
        Alert.objects.filter(pk__in=late).update(state=Alert.State.EXPIRED)
    logger.info("alerts expired", extra={"alerts": [str(alert_id) for alert_id in late]})


def automatic_hold() -> timedelta:
    return timedelta(seconds=settings.ALERT_HOLD)


def editors_hold(*, is_breaking: bool) -> timedelta:
    """How long an editor may undo the sending."""
    seconds = settings.ALERT_HOLD_BREAKING if is_breaking else settings.ALERT_HOLD_NORMAL
    return timedelta(seconds=seconds)
