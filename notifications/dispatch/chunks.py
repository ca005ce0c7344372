"""Who is next: the next chunk of the audience, or the next failures that are due."""

from collections import defaultdict
from uuid import UUID

from django.db.models.functions import Now

from notifications.audience import Listener
from notifications.dispatch.pages import CAP, GAP, LANGUAGES, READER, Row
from notifications.dispatch.run import Cursor, Flight, Run
from notifications.models import Device, Failure, Preference, QuietProfile
from notifications.notices import address
from notifications.planning import midnight_before
from notifications.quota import Limits, get_quota
from notifications.transports.base import Message


def read_audience(run: Run) -> Flight | None:
    """The next chunk of the audience; None where nobody is left or nothing may be sent now."""
    if run.is_read:
        return None
    chunk = run.pages.take()
    rows, held_back = hold_back(run, chunk.rows)
    following = 0 if chunk.is_last or run.is_canary else run.page_size
    time_left = run.leave.ask(len(rows), following)
    if time_left is None:
        return None
    run.is_read = chunk.is_last
    notices = run.notices([row[LANGUAGES] for row in rows], time_left)
    flight = Flight(run, chunk.cursor, held_back=held_back, deviceless=chunk.deviceless)
    flight.load(
        [
            Message(notice, device, kind, to, keys, flight)
            for notice, (_, _, device, kind, to, keys, _, _, _, _) in zip(
                notices, rows, strict=True
            )
        ]
    )
    return flight


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


def hold_back(run: Run, rows: list[Row]) -> tuple[list[Row], dict[str, list[Cursor]]]:
    """Those who may be disturbed, and the readers who may not, by reason.

    What counts is the moment for which the alert was planned: however late a worker is, and however
    often it asks, the answer is the same.
    """
    if run.audience.is_removal:
        return rows, {}
    gap_counts = 0 if run.alert.is_breaking else 60
    limited = [Listener._make(row) for row in rows if row[CAP] or row[GAP] * gap_counts]
    find_midnights(run, {each.profile_id for each in limited})
    limits: dict[Cursor, Limits] = {}
    for each in limited:
        reader_id, midnight = UUID(bytes=each.reader), run.midnights[each.profile_id]
        limit = Limits(reader_id, each.daily_cap, each.gap_minutes * gap_counts, midnight)
        limits[each.shard, reader_id] = limit
    answers = get_quota().admit(run.mark, run.told_at.timestamp(), list(limits.values()))
    held_back: dict[str, list[Cursor]] = defaultdict(list)
    for place, reason in zip(limits, answers, strict=True):
        if reason:
            held_back[reason].append(place)
    if not held_back:
        return rows, {}
    silent = {reader_id.bytes for places in held_back.values() for _, reader_id in places}
    return [row for row in rows if row[READER] not in silent], held_back


def find_midnights(run: Run, profile_ids: set[int]) -> None:
    """Where the reader's day began on which the batch is told."""
    if unknown := profile_ids - run.midnights.keys():
        found = QuietProfile.objects.filter(pk__in=unknown)
        for pk, zone in found.values_list("pk", "zone"):
            run.midnights[pk] = midnight_before(run.told_at, zone).timestamp()
