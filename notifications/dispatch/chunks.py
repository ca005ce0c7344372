"""Who is next: the next chunk of the audience, or the next failures that are due."""

import time
from collections import defaultdict
from datetime import timedelta
from functools import partial

from django.db import connection
from django.db.models.functions import Now

from notifications.audience import Listener, Page, read_page
from notifications.dispatch.run import Cursor, Flight, Run
from notifications.models import Device, Failure, Preference
from notifications.notices import address
from notifications.planning import midnight_before
from notifications.quota import Limits, get_quota
from notifications.releasing import CANARY
from notifications.transports.base import Message

PAGE_SIZE = 2500  # readers that are read at once
LONGEST_NAP = 1  # seconds to wait for permits while holding a lease
TIME_LEFT = """
    SELECT expires_at - now() FROM notifications_alert
    WHERE id = %s AND state = 'sending' AND expires_at > now()
"""


def read_audience(run: Run) -> Flight | None:
    """The next chunk of the audience; None where nobody is left or nothing may be sent now."""
    if run.is_read:
        return None
    chunk, end = next_page(run).cut(run.at, run.chunk_size, run.cursor)
    listeners, held_back = hold_back(run, chunk.listeners)
    time_left = ask_leave(run, len(listeners))
    if time_left is None:
        return None
    run.at, run.cursor, run.is_read = end, chunk.cursor, chunk.is_last
    notices = run.notices([each.languages for each in listeners], time_left)
    flight = Flight(chunk.cursor, held_back=held_back, deviceless=chunk.deviceless)
    flight.load(
        [
            Message(notice, *to[1:6], flight)  # the columns are the message's own
            for notice, to in zip(notices, listeners, strict=True)
        ]
    )
    return flight


def next_page(run: Run) -> Page:
    """The page that the next chunk is cut from: read when the one before is used up."""
    if run.page is None or run.at == len(run.page.rows):
        run.at = 0
        read = partial(
            read_page,
            run.audience,
            profiles=run.batch.quiet_profiles,
            last_shard=run.batch.last_shard,
            limit=CANARY if run.is_canary else PAGE_SIZE,
        )
        run.page = read(run.cursor) if run.is_canary else run.pages.take(read, run.cursor)
    return run.page


def read_failures(run: Run) -> Flight | None:
    """The next due failures, at the devices' present addresses; None if none is due."""
    due = Failure.objects.filter(batch=run.batch, next_try_at__lte=Now()).select_related("device")
    failures = list(due.order_by("next_try_at", "pk")[: run.chunk_size])
    if not failures:
        run.is_read = True
        return None
    devices = [f.device for f in failures if f.device.state != Device.State.GONE]
    time_left = ask_leave(run, len(devices))
    if time_left is None:
        return None
    readers = {device.reader_id for device in devices}
    wishes = Preference.objects.filter(reader__in=readers).values_list("reader_id", "languages")
    spoken = dict(wishes)
    languages: list[list[str] | None] = [
        [*spoken.get(each.reader_id, []), each.language()] for each in devices
    ]
    notices = run.notices(languages, time_left)
    flight = Flight(run.cursor, retried=failures)
    flight.load([address(notice, to, flight) for notice, to in zip(notices, devices, strict=True)])
    return flight


def hold_back(
    run: Run, listeners: list[Listener]
) -> tuple[list[Listener], dict[str, list[Cursor]]]:
    """Those who may be disturbed, and the readers who may not, by reason.

    What counts is the moment for which the alert was planned: however late a worker is, and however
    often it asks, the answer is the same.
    """
    if run.audience.is_removal:
        return listeners, {}
    told_at = max(run.audience.planned_at, run.batch.release_at)
    midnights: dict[str, float] = {}
    limits: dict[Cursor, Limits] = {}
    for each in listeners:
        gap = 0 if run.alert.is_breaking else each.gap_minutes
        if each.daily_cap or gap:
            if each.zone not in midnights:
                midnights[each.zone] = midnight_before(told_at, each.zone).timestamp()
            place = (each.shard, each.reader_id)
            limits[place] = Limits(each.reader_id, each.daily_cap, gap * 60, midnights[each.zone])
    answers = get_quota().admit(run.mark, told_at.timestamp(), list(limits.values()))
    held_back: dict[str, list[Cursor]] = defaultdict(list)
    for place, reason in zip(limits, answers, strict=True):
        if reason:
            held_back[reason].append(place)
    if not held_back:
        return listeners, {}
    silent = {reader_id for places in held_back.values() for _, reader_id in places}
    return [each for each in listeners if each.reader_id not in silent], held_back


def ask_leave(run: Run, count: int) -> timedelta | None:
    """How long `count` messages may be kept by the provider; None where they may not go now."""
    return ask_time_left(run) if wait_for_permits(run, count) else None


def wait_for_permits(run: Run, count: int) -> bool:
    """True once `count` messages may go. A long wait is not slept through: it ends the turn."""
    while count and (wait := get_quota().take(count, is_breaking=run.alert.is_breaking)):
        if wait > LONGEST_NAP:
            run.may_go_on = False
            return False
        time.sleep(wait)
        run.time_left = None  # the alert may have been paused meanwhile
    return True


def ask_time_left(run: Run) -> timedelta | None:
    """Until the alert expires, by the database's clock; None where it may no longer be sent.

    Known anew for each chunk: it is what bounds the messages after a pause or a cancel.
    """
    time_left, run.time_left = run.time_left, None
    if time_left and time_left > timedelta(0):
        return time_left
    with connection.cursor() as cursor:
        cursor.execute(TIME_LEFT, [run.alert.pk])
        row: tuple[timedelta] | None = cursor.fetchone()
    run.may_go_on = row is not None
    return row[0] if row else None
