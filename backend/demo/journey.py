"""What became of one article, read from the database while it happens."""

import time
from dataclasses import dataclass, field

import psycopg

ACCEPTED = "accepted by FCM"
ARRIVED = "arrived on the phone"
STEPS = """
    SELECT a.state,
        array(SELECT '#' || t.name FROM articles_articletag x JOIN articles_tag t ON t.id = x.tag_id
              WHERE x.article_id = a.id ORDER BY t.name),
        al.planned_at IS NOT NULL,
        (SELECT coalesce(sum(accepted_count), 0) FROM notifications_batch WHERE alert_id = al.id)
    FROM articles_article a LEFT JOIN notifications_alert al ON al.story_id = a.story_id
    WHERE a.url = %s
"""


@dataclass
class Journey:
    """The steps of one article, and the seconds since it was published when each was seen."""

    url: str
    title: str
    followed: str
    """The tag that the phone follows, as in "#Yerevan": other articles are not for it."""
    begun: float = field(default_factory=time.monotonic)
    seen: dict[str, float] = field(default_factory=dict)
    is_for_others: bool = False

    def look(self, connection: "psycopg.Connection[tuple[str, list[str], bool, int]]") -> list[str]:
        """The steps that have come since the last look, oldest first."""
        row = connection.execute(STEPS, [self.url]).fetchone()
        if row is None:
            return []
        state, tags, is_planned, accepted = row
        reached = ["fetched and stored"]
        if state not in {"waiting", "stored"}:
            reached.append(" ".join(["tagged", *tags]))
            self.is_for_others = self.followed not in tags
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
        return self.is_for_others or (ARRIVED in self.seen and ACCEPTED in self.seen)

    def last(self) -> str:
        return max(self.seen, key=self.seen.__getitem__, default="published")
