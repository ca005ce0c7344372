"""What became of one article, read from the database while it happens."""

import time
from dataclasses import dataclass, field

import psycopg

ACCEPTED = "accepted by FCM"
ARRIVED = "arrived on the phone"
STEPS = """
    SELECT a.state, al.planned_at IS NOT NULL, coalesce(sum(b.accepted_count), 0)
    FROM articles_article a
    LEFT JOIN notifications_alert al ON al.story_id = a.story_id
    LEFT JOIN notifications_batch b ON b.alert_id = al.id
    WHERE a.title = %s GROUP BY a.id, al.id
"""


@dataclass
class Journey:
    """The steps of one article, and the seconds since it was published when each was seen."""

    title: str
    begun: float = field(default_factory=time.monotonic)
    seen: dict[str, float] = field(default_factory=dict)

    def look(self, connection: "psycopg.Connection[tuple[str, bool, int]]") -> list[str]:
        """The steps that have come since the last look, oldest first."""
        row = connection.execute(STEPS, [self.title]).fetchone()
        if row is None:
            return []
        state, is_planned, accepted = row
        reached = ["fetched and stored"]
        if state != "stored":
            reached.append("tagged")
        if is_planned:
            reached.append("alert planned")
        if accepted:
            reached.append(ACCEPTED)
        return [step for step in reached if self.note(step)]

    def note(self, step: str) -> bool:
        """Note a step; whether it is new."""
        if step in self.seen:
            return False
        self.seen[step] = time.monotonic() - self.begun
        return True

    def is_over(self) -> bool:
        return ARRIVED in self.seen and ACCEPTED in self.seen

    def last(self) -> str:
        return max(self.seen, key=self.seen.__getitem__, default="published")
