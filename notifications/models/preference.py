from __future__ import annotations

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from articles.models import Reader
from articles.models.identifier import Shard


class QuietProfile(models.Model):
    """The times of a day that many readers share, so that planning looks at a few hundred rows and
    not at every reader: a zone, its quiet hours (start = end: none), whether breaking news passes
    them, and the hour of the digest.
    """

    zone = models.CharField(max_length=64, help_text="IANA name: Asia/Yerevan")
    start = models.TimeField()
    end = models.TimeField()
    is_open_to_breaking = models.BooleanField(
        "open to breaking news", default=False, help_text="breaking news may wake these readers"
    )
    digest_at = models.TimeField(null=True, blank=True, help_text="empty: no digest")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "zone",
                "start",
                "end",
                "is_open_to_breaking",
                "digest_at",
                name="quiet_profile_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        digest = f", digest {self.digest_at:%H:%M}" if self.digest_at else ""
        breaking = ", breaking news passes" if self.is_open_to_breaking else ""
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone}{breaking}{digest}"


class Preference(models.Model):
    """When and how often a reader may be disturbed. New readers sleep from 22:00 to 07:00 and read
    at 08:00 what waited.
    """

    QUIET_START = time(22)
    QUIET_END = time(7)
    DIGEST_AT = time(8)
    DAILY_CAP = 5
    GAP_MINUTES = 10

    reader = models.OneToOneField(
        Reader, models.CASCADE, primary_key=True, related_name="preference"
    )
    is_on = models.BooleanField("on", default=True, help_text="off: no alert and no digest")
    quiet_profile = models.ForeignKey(
        QuietProfile, models.PROTECT, related_name="preferences", db_index=False
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
    daily_cap = models.PositiveSmallIntegerField(default=DAILY_CAP, help_text="0: no cap")
    gap_minutes = models.PositiveSmallIntegerField(
        default=GAP_MINUTES, help_text="between two alerts, unless the second is breaking; 0: none"
    )
    inbox_seen_at = models.DateTimeField(null=True, editable=False)
    shard = models.GeneratedField(
        expression=Shard("reader_id"), output_field=models.IntegerField(), db_persist=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(previous_quiet_profile=F("quiet_profile")),
                name="quiet_profile_really_changed",
            )
        ]
        indexes = [
            models.Index(fields=["quiet_profile", "shard", "reader"], name="preference_by_profile"),
            models.Index(  # with all that dispatch asks of a reader
                fields=["shard", "reader"],
                include=[
                    "is_on",
                    "quiet_profile",
                    "previous_quiet_profile",
                    "quiet_changed_at",
                    "languages",
                    "daily_cap",
                    "gap_minutes",
                ],
                name="preference_of_listener",
            ),
        ]

    def __str__(self) -> str:
        return f"preference of {self.reader_id}"
