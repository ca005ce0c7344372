from __future__ import annotations

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from articles.models import Reader


class QuietProfile(models.Model):
    """A zone, a start and an end that many readers share, so that planning looks at a few hundred
    rows and not at every reader. Start = end: never quiet.
    """

    zone = models.CharField(max_length=64, help_text="IANA name: Asia/Yerevan")
    start = models.TimeField()
    end = models.TimeField()

    class Meta:
        constraints = [models.UniqueConstraint("zone", "start", "end", name="quiet_profile_once")]

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone}"


class Preference(models.Model):
    """When and how often a reader may be disturbed. New readers sleep from 22:00 to 07:00."""

    QUIET_START = time(22)
    QUIET_END = time(7)

    reader = models.OneToOneField(
        Reader, models.CASCADE, primary_key=True, related_name="preference"
    )
    quiet_profile = models.ForeignKey(
        QuietProfile, models.PROTECT, related_name="preferences", db_index=True
    )
    previous_quiet_profile = models.ForeignKey(
        QuietProfile, models.PROTECT, null=True, related_name="+", editable=False
    )
    quiet_changed_at = models.DateTimeField(null=True, editable=False)
    languages = ArrayField(
        models.CharField(max_length=12),
        default=list,
        blank=True,
        help_text="of alerts, the favourite first: en, hy; empty: all",
    )
    daily_cap = models.PositiveSmallIntegerField(default=5, help_text="0: no cap")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(previous_quiet_profile=F("quiet_profile")),
                name="quiet_profile_really_changed",
            )
        ]

    def __str__(self) -> str:
        return f"preference of {self.reader_id}"
