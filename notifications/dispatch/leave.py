"""Whether messages of an alert may go now: permits of the common rate, and the time it is given."""

import time
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import connection

from notifications.models import Alert
from notifications.quota import get_quota

LOT_SECONDS = 0.1  # of the rate, granted at once: for so long another worker's pause is not seen
LONGEST_NAP = 1  # seconds to wait for permits while holding a lease
TIME_LEFT = """
    SELECT expires_at - now() FROM notifications_alert
    WHERE id = %s AND state = 'sending' AND expires_at > now()
"""


@dataclass
class Leave:
    """What one turn knows of it, for all batches of the alert that it comes to."""

    alert: Alert
    may_go_on: bool = True
    expires_at: float | None = None
    """When the alert does, by our own clock, as the last record learnt it; None: it has to be
    asked whether the alert may be sent."""
    permits: int = field(default=0, init=False)
    """Granted and not used."""
    permits_end: float = field(default=0.0, init=False)

    def ask(self, count: int, following: int = 0) -> timedelta | None:
        """How long `count` messages may be kept by the provider; None where they may not go now."""
        return self.ask_time_left() if self.wait_for_permits(count, following) else None

    def wait_for_permits(self, count: int, following: int) -> bool:
        """True once `count` messages may go. A long wait is not slept through: it ends the turn.

        Some of those `following`, if so many do, are granted with them: asking takes as long as
        sending thirty.
        """
        if time.monotonic() > self.permits_end:
            self.give_back()
        while self.permits < count:
            missing = count - self.permits
            lot = max(missing, min(missing + following, int(settings.PUSH_RATE * LOT_SECONDS)))
            wait = get_quota().take(lot, is_breaking=self.alert.is_breaking)
            if wait > LONGEST_NAP:
                self.may_go_on = False
                return False
            if wait:
                time.sleep(wait)
                self.expires_at = None  # the alert may have been paused meanwhile
            else:
                self.permits += lot
                self.permits_end = time.monotonic() + LOT_SECONDS
        self.permits -= count
        return True

    def give_back(self) -> None:
        """Leave to others what was granted and not used."""
        if self.permits:
            get_quota().take(-self.permits, is_breaking=self.alert.is_breaking)
            self.permits = 0

    def ask_time_left(self) -> timedelta | None:
        """Until the alert expires, by the database's clock; None where it may no longer be sent.

        Known anew with each record: so a pause or a cancel lets pass what is in flight, and at most
        one chunk more.
        """
        if not self.time_left():
            with connection.cursor() as cursor:
                cursor.execute(TIME_LEFT, [self.alert.pk])
                row: tuple[timedelta] | None = cursor.fetchone()
            self.learn(row[0] if row else None)
            self.may_go_on = row is not None
        return self.time_left()

    def learn(self, time_left: timedelta | None) -> None:
        self.expires_at = time.monotonic() + time_left.total_seconds() if time_left else None

    def time_left(self) -> timedelta | None:
        left = self.expires_at - time.monotonic() if self.expires_at else 0
        return timedelta(seconds=left) if left > 0 else None
