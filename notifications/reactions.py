"""Verb: apps report what became of the alerts that they showed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifications.models import Alert, Device, Reaction


@dataclass(frozen=True, slots=True)
class Reported:
    """One reaction as an app reports it."""

    alert_id: UUID
    kind: str
    at: datetime


def store_reactions(device: Device, reported: Iterable[Reported], now: datetime) -> int:
    """Keep what is new, pass over what was reported before and alerts that do not exist; how many
    were known alerts.

    A device's clock may be ahead: nothing happens later than now.
    """
    asked = list(reported)
    known = set(
        Alert.objects.filter(pk__in={each.alert_id for each in asked}).values_list("pk", flat=True)
    )
    kept = [each for each in asked if each.alert_id in known]
    Reaction.objects.bulk_create(
        (
            Reaction(
                alert_id=each.alert_id,
                device=device,
                kind=each.kind,
                happened_at=min(each.at, now),
            )
            for each in kept
        ),
        ignore_conflicts=True,
    )
    return len(kept)
