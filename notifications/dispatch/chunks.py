"""Who is next: the next chunk of the audience, or the next failures that are due."""

from collections import defaultdict
from functools import partial
from uuid import UUID

from django.db.models.functions import Now

from notifications.audience import Listener, Page, read_page
from notifications.dispatch.pages import Read
from notifications.dispatch.run import Cursor, Flight, Run
from notifications.models import Device, Failure, Preference
from notifications.notices import address
from notifications.planning import midnight_before
from notifications.quota import Limits, get_quota
from notifications.releasing import CANARY
from notifications.transports.base import Message


def read_audience(run: Run) -> Flight | None:
    """The next chunk of the audience; None where nobody is left or nothing may be sent now."""
    if run.is_read:
        return None
    page = next_page(run)
    chunk, end = page.cut(run.at, run.chunk_size, run.cursor)
    listeners, held_back = hold_back(run, chunk.listeners)
    time_left = run.leave.ask(
        len(listeners), following=len(page.rows) - end + run.pages.count_ahead()
    )
    if time_left is None:
        return None
    run.at, run.cursor, run.is_read = end, chunk.cursor, chunk.is_last
    notices = run.notices([each.languages for each in listeners], time_left)
    flight = Flight(run, chunk.cursor, held_back=held_back, deviceless=chunk.deviceless)
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
        run.at, read = 0, reader_of(run)
        run.page = read(run.cursor, CANARY) if run.is_canary else run.pages.take(read, run.cursor)
    return run.page


def reader_of(run: Run) -> Read:
    """Reads pages of the batch."""
    profiles, last_shard = run.batch.quiet_profiles, run.batch.last_shard
    return partial(read_page, run.audience, profiles=profiles, last_shard=last_shard)


def read_failures(run: Run) -> Flight | None:
    """The next due failures, at the devices' present addresses; None if none is due."""
    due = Failure.objects.filter(batch=run.batch, next_try_at__lte=Now()).select_related("device")
    failures = list(due.order_by("next_try_at", "pk")[: run.chunk_size])
    if not failures:
        run.is_read = True
        return None
    devices = [f.device for f in failures if f.device.state != Device.State.GONE]
    time_left = run.leave.ask(len(devices))
    if time_left is None:
        return None
    readers = {device.reader_id for device in devices}
    wishes = Preference.objects.filter(reader__in=readers).values_list("reader_id", "languages")
    spoken = dict(wishes)
    languages: list[list[str] | None] = [
        [*spoken.get(each.reader_id, []), each.language()] for each in devices
    ]
    notices = run.notices(languages, time_left)
    flight = Flight(run, run.cursor, retried=failures)
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
