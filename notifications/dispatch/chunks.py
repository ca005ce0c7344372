"""Who is next: the next chunk of the audience, or the next failures that are due."""

import time
from collections import defaultdict
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
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

LOT_SECONDS = 0.1  # of the rate, granted at once: for so long another worker's pause is not seen
LONGEST_NAP = 1  # seconds to wait for permits while holding a lease
TIME_LEFT = """
    SELECT expires_at - now() FROM notifications_alert
    WHERE id = %s AND state = 'sending' AND expires_at > now()
"""


def read_audience(run: Run) -> Flight | None:
    """The next chunk of the audience; None where nobody is left or nothing may be sent now."""
    if run.is_read:
        return None
    page = next_page(run)
    chunk, end = page.cut(run.at, run.chunk_size, run.cursor)
    listeners, held_back = hold_back(run, chunk.listeners)
    time_left = ask_leave(run, len(listeners), following=len(page.rows) - end)
    if time_left is None:
        return None
    run.at, run.cursor, run.is_read = end, chunk.cursor, chunk.is_last
    notices = run.notices([each.languages for each in listeners], time_left)
    flight = Flight(chunk.cursor, held_back=held_back, deviceless=chunk.deviceless)
    flight.load(
        [
            Message(notice, *to[2:6], flight)  # the columns are the message's own
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
        )
        run.page = read(run.cursor, CANARY) if run.is_canary else run.pages.take(read, run.cursor)
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
    is_breaking = run.alert.is_breaking
    midnights: dict[str, float] = {}
    limits: dict[Cursor, Limits] = {}
    for each in listeners:
        gap = 0 if is_breaking else each.gap_minutes
        if each.daily_cap or gap:
            if each.zone not in midnights:
                midnights[each.zone] = midnight_before(told_at, each.zone).timestamp()
            reader_id = UUID(bytes=each.reader)
            limit = Limits(reader_id, each.daily_cap, gap * 60, midnights[each.zone])
            limits[each.shard, reader_id] = limit
    answers = get_quota().admit(run.mark, told_at.timestamp(), list(limits.values()))
    held_back: dict[str, list[Cursor]] = defaultdict(list)
    for place, reason in zip(limits, answers, strict=True):
        if reason:
            held_back[reason].append(place)
    if not held_back:
        return listeners, {}
    silent = {reader_id.bytes for places in held_back.values() for _, reader_id in places}
    return [each for each in listeners if each.reader not in silent], held_back


def ask_leave(run: Run, count: int, following: int = 0) -> timedelta | None:
    """How long `count` messages may be kept by the provider; None where they may not go now."""
    return ask_time_left(run) if wait_for_permits(run, count, following) else None


def wait_for_permits(run: Run, count: int, following: int) -> bool:
    """True once `count` messages may go. A long wait is not slept through: it ends the turn.

    Some of those `following` are granted with them, since asking takes as long as sending thirty.
    """
    if time.monotonic() > run.permits_end:
        run.permits = 0
    while run.permits < count:
        missing = count - run.permits
        lot = max(missing, min(missing + following, int(settings.PUSH_RATE * LOT_SECONDS)))
        wait = get_quota().take(lot, is_breaking=run.alert.is_breaking)
        if wait > LONGEST_NAP:
            run.may_go_on = False
            return False
        if wait:
            time.sleep(wait)
            run.expires_at = None  # the alert may have been paused meanwhile
        else:
            run.permits += lot
            run.permits_end = time.monotonic() + LOT_SECONDS
    run.permits -= count
    return True


def ask_time_left(run: Run) -> timedelta | None:
    """Until the alert expires, by the database's clock; None where it may no longer be sent.

    Known anew with each record: so a pause or a cancel lets pass what is in flight, and no more.
    """
    if not run.time_left():
        with connection.cursor() as cursor:
            cursor.execute(TIME_LEFT, [run.alert.pk])
            row: tuple[timedelta] | None = cursor.fetchone()
        run.learn(row[0] if row else None)
        run.may_go_on = row is not None
    return run.time_left()
