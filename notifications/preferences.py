"""Verb: a reader says when and how often to be disturbed."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from django.db import transaction

from notifications.models import Preference, QuietProfile


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """All that a reader can say; what is left out is as for a new reader."""

    zone: str
    quiet_start: time = Preference.QUIET_START
    quiet_end: time = Preference.QUIET_END
    is_open_to_breaking: bool = False
    digest_at: time | None = Preference.DIGEST_AT
    is_on: bool = True
    daily_cap: int = Preference.DAILY_CAP
    gap_minutes: int = Preference.GAP_MINUTES
    languages: tuple[str, ...] = ()

    def find_profile(self) -> QuietProfile:
        return QuietProfile.objects.get_or_create(
            zone=self.zone,
            start=self.quiet_start,
            end=self.quiet_end,
            is_open_to_breaking=self.is_open_to_breaking,
            digest_at=self.digest_at,
        )[0]


def begin_preference(reader_id: UUID, zone: str) -> None:
    """A new reader's nights are quiet where the first device is."""
    if not Preference.objects.filter(reader_id=reader_id).exists():
        facts = {"quiet_profile": Wish(zone=zone).find_profile()}
        Preference.objects.get_or_create(reader_id=reader_id, defaults=facts)


def set_preference(reader_id: UUID, wish: Wish, now: datetime) -> Preference:
    """Store a wish. The quiet hours of before still count for alerts that are planned already."""
    facts = {
        "is_on": wish.is_on,
        "daily_cap": wish.daily_cap,
        "gap_minutes": wish.gap_minutes,
        "languages": list(dict.fromkeys(wish.languages)),
    }
    profile = wish.find_profile()
    with transaction.atomic():
        preference, is_new = Preference.objects.select_for_update().get_or_create(
            reader_id=reader_id, defaults={"quiet_profile": profile, **facts}
        )
        if is_new:
            return preference
        if preference.quiet_profile_id != profile.pk:
            preference.previous_quiet_profile_id = preference.quiet_profile_id
            preference.quiet_profile, preference.quiet_changed_at = profile, now
        for name, fact in facts.items():
            setattr(preference, name, fact)
        preference.save()
    return preference
