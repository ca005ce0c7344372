"""Why did this device get an alert, or not? In sentences, for who answers readers' letters."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from articles.models import Follow, Reader
from notifications.models import Alert, Device, Failure, Reaction
from notifications.standing import Stand, Standing, find_standings

REASONS = {
    Standing.TOLD: "The reader was told.",
    Standing.SENDING: "It is on its way.",
    Standing.ASLEEP: "The reader has quiet hours; it comes at {until:%H:%M} UTC.",
    Standing.QUIET: "The reader's quiet hours outlasted it.",
    Standing.CAP: "The reader had had enough alerts that day.",
    Standing.GAP: "The reader had had another alert a moment before.",
    Standing.LEVEL: "The reader follows its tags for the digest or the most important only, or "
    "began to follow them later.",
    Standing.LANGUAGE: "It is told in none of the reader's languages.",
    Standing.OFF: "The reader wants no alerts.",
    Standing.MUTED: "The reader has muted one of its tags.",
    Standing.STOPPED: "It was stopped before it reached the reader.",
    Standing.DEVICELESS: "The reader has no device that can be reached.",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of an alert with one reader."""

    reader: Reader
    reason: str
    follows: list[Follow]
    devices: list[tuple[Device, str]]


def trace(alert: Alert, who: str, now: datetime) -> Trace | None:
    """`who` is the id of a device or a reader, or a reader's e-mail address; None: nobody's."""
    known = read_id(who)
    device = Device.objects.filter(pk=known).select_related("reader").first() if known else None
    readers = Reader.objects.filter(pk=known) if known else Reader.objects.filter(email=who)
    reader = device.reader if device else readers.first()
    if reader is None:
        return None
    devices = Device.objects.filter(reader=reader).order_by("-pk")
    asked = [device] if device else list(devices[:20])
    tags = alert.tags.values("pk")
    follows = list(Follow.objects.filter(reader=reader, tag__in=tags).select_related("tag"))
    stand = find_stand(alert, reader, now)
    return Trace(
        reader,
        tell_reason(alert, stand, follows),
        follows,
        [(each, tell_device(alert, each)) for each in asked],
    )


def find_stand(alert: Alert, reader: Reader, now: datetime) -> Stand | None:
    if alert.planned_at is None:
        return None
    since = [(reader.pk, alert.planned_at - timedelta(seconds=1))]
    found = find_standings(since, until=alert.planned_at, now=now, alerts=[alert.pk])
    return found[0] if found else None


def tell_reason(alert: Alert, stand: Stand | None, follows: list[Follow]) -> str:
    if alert.planned_at is None:
        return "Its audience is not decided yet."
    if stand:
        return REASONS[stand.standing].format(until=stand.until)
    if not follows:
        return "The reader follows none of its tags."
    if all(follow.ended_at for follow in follows):
        return "The reader has left its tags."
    return "The reader began to follow its tags when its audience was decided already."


def tell_device(alert: Alert, device: Device) -> str:
    """What is known of one device: the provider's refusal, or what the app reported."""
    failure = Failure.objects.filter(batch__alert=alert, device=device).order_by("-pk").first()
    reactions = Reaction.objects.filter(alert=alert, device=device).order_by("happened_at")
    told = [f"{each.get_kind_display()} {each.happened_at:%H:%M:%S} UTC" for each in reactions]
    if failure:
        again = f", tried again {failure.next_try_at:%H:%M:%S}" if failure.next_try_at else ""
        told.insert(0, f"the provider said {failure.code} ({failure.outcome}){again}")
    if device.state != Device.State.ACTIVE:
        told.append(f"it is {device.get_state_display()} {device.gone_reason}".strip())
    return "; ".join(told) or "nothing was reported: handed over, if the reader was told"


def read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
