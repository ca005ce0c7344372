"""Verb: what editors do with alerts: send, hold, pause, resume, cancel, follow up, take back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from articles.models import Reader, Tag
from notifications.alerts import REMOVAL_LIFETIME, lifetime, lock_group
from notifications.audience import reached_levels
from notifications.estimates import estimate
from notifications.models import Alert, Batch, Variant
from notifications.releasing import editors_hold, hold_or_release
from notifications.wording import find_too_long


class ControlError(Exception):
    """It cannot be done; the text tells an editor why."""


class SecondPersonError(ControlError):
    """So many would hear it that somebody else has to send it, too."""


def send(
    alert: Alert, editor: Reader | None, now: datetime, at: datetime | None = None
) -> datetime:
    """Send a draft, now or at a set time; when it goes, until which it can be undone.

    Raises ControlError where it is no draft, has nobody to go to, would go too late or twice, or
    would be refused by the provider for its length; SecondPersonError where it waits for another
    editor.
    """
    goes_at = max(at or now, now + editors_hold(is_breaking=alert.is_breaking))
    if alert.state != Alert.State.DRAFT:
        raise ControlError("only a draft can be sent")
    if not alert.tags.exists():
        raise ControlError("it has no tags, so nobody would hear it")
    if at and at < now:
        raise ControlError("that time is over")
    if problem := find_too_long(alert.title, alert.body, alert.link):
        raise ControlError(f"its {problem}")
    last = goes_at + (alert.pace or timedelta(0))
    if last >= alert.expires_at:
        raise ControlError("it would expire before all are told: give it more time")
    if alert.asked_by in (None, editor):
        stop_alone(alert, now)
    alert.editor = editor
    alert.levels = reached_levels(is_top=True)
    alert.state, alert.release_at = Alert.State.HELD, goes_at
    try:
        with transaction.atomic():
            alert.save()
    except IntegrityError as error:
        raise ControlError("its story was told already: send an update of it") from error
    return goes_at


def stop_alone(alert: Alert, now: datetime) -> None:
    """Raises SecondPersonError where more would hear it than one person may tell alone."""
    least = settings.ALERT_SECOND_PERSON
    if not least:
        return
    tags = list(alert.tags.values_list("pk", flat=True))
    found = estimate(tags, now, is_breaking=alert.is_breaking)
    count = found.now + found.asleep
    if count >= least:
        raise SecondPersonError(f"about {count:,} would hear it: a second person has to send it")


def ask_second(alert: Alert, editor: Reader | None) -> None:
    """Let a draft wait until somebody else sends it."""
    drafts = Alert.objects.filter(pk=alert.pk, state=Alert.State.DRAFT)
    drafts.update(asked_by=editor)


def pause(alert: Alert, by: str) -> str:
    """Stop sending until resumed: at most what is under way still leaves. The state by now."""
    return change(alert, [Alert.State.SENDING], Alert.State.PAUSED, f"paused by {by}")


def resume(alert: Alert, now: datetime) -> str:
    """Go on where it stopped. A person has looked, so no canary is asked any more."""
    Alert.objects.filter(pk=alert.pk, proved_at=None).update(proved_at=now)
    return change(alert, [Alert.State.PAUSED], Alert.State.SENDING, "")


def cancel(alert: Alert, by: str) -> str:
    """Nobody else hears it; with its batches, which would otherwise count as waiting for ever."""
    with transaction.atomic():
        state = change(alert, Alert.LIVE, Alert.State.CANCELLED, f"cancelled by {by}")
        alert.batches.unfinished().update(state=Batch.State.CANCELLED)
    return state


def change(alert: Alert, before: Sequence[Alert.State], after: str, reason: str) -> str:
    """From one of some states to another, if nobody else was faster; what the new one is called.

    Raises ControlError where the alert is in none of them.
    """
    going = Alert.objects.filter(pk=alert.pk, state__in=before)
    if not going.update(state=after, stop_reason=reason[:200]):
        alert.refresh_from_db()
        raise ControlError(f"it is {alert.get_state_display()}")
    alert.refresh_from_db()
    return alert.get_state_display()


def follow_up(
    alert: Alert, kind: Alert.Kind, words: Variant, editor: Reader | None, now: datetime
) -> Alert:
    """Replace what phones show of an alert (update, correction) or take it away (retraction), for
    those whom the story's alerts were for; the new alert.

    What is still being sent of a wrong alert stops at once. A retraction is not held: what it takes
    away should not be seen a moment longer. Raises ControlError where there is nothing to replace.
    """
    if alert.planned_at is None or alert.kind == Alert.Kind.DIGEST:
        raise ControlError("it was told to nobody yet: change or cancel it")
    if kind not in Alert.REPLACING:
        raise ControlError("only an update, a correction or a retraction follows an alert")
    if alert.story is None:
        raise ControlError("an alert without a story cannot be followed up")
    if problem := find_too_long(words.title, words.body, words.link):
        raise ControlError(f"its {problem}")
    is_removal = kind == Alert.Kind.RETRACTION
    with transaction.atomic():
        group = lock_group(alert.story)
        told = Alert.objects.filter(story__in=group).exclude(
            Q(state=Alert.State.DRAFT) | Q(kind=Alert.Kind.RETRACTION)
        )
        if is_removal and is_taken_back(alert):
            raise ControlError("it is taken back already")
        if kind != Alert.Kind.UPDATE:
            stop_wrong(told, kind)
        number = Alert.objects.filter(story=alert.story, kind=kind).count() + 1
        made = Alert.objects.create(
            story=alert.story,
            kind=kind,
            number=number,
            levels=sorted({level for each in told for level in each.levels}),
            state=Alert.State.PLANNING,
            editor=editor,
            title=words.title,
            body=words.body,
            image_url=words.image_url,
            link=words.link,
            language=words.language,
            is_breaking=alert.is_breaking,
            published_at=now,
            expires_at=now + (REMOVAL_LIFETIME if is_removal else lifetime()),
        )
        made.tags.set(Tag.objects.filter(alerts__in=told).distinct())
        hold = timedelta(0) if is_removal else editors_hold(is_breaking=alert.is_breaking)
        hold_or_release(made, hold, now)
    return made


def is_taken_back(alert: Alert) -> bool:
    """Whether the last word on the alert's story was a retraction."""
    if alert.story is None:
        return False
    told = Alert.objects.filter(story__in=alert.story.group()).exclude(state=Alert.State.DRAFT)
    last = told.order_by("-created_at", "-pk").values_list("kind", flat=True).first()
    return last == Alert.Kind.RETRACTION


def stop_wrong(told: QuerySet[Alert], kind: str) -> None:
    """End what is still being sent of alerts that are about to be corrected or taken back."""
    live = list(told.filter(state__in=Alert.LIVE).values_list("pk", flat=True))
    Alert.objects.filter(pk__in=live).update(
        state=Alert.State.CANCELLED, stop_reason=f"followed by a {kind}"
    )
    Batch.objects.filter(alert__in=live).unfinished().update(state=Batch.State.CANCELLED)
