"""What became of one article, read from the database while it happens."""

import time
from dataclasses import dataclass, field
from uuid import UUID

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

STORY = """
    SELECT a.story_id, count(*) FILTER (WHERE a.url = ANY(%s) AND a.state = 'announced'), count(*),
        (SELECT count(*) FROM notifications_alert al WHERE al.story_id = a.story_id)
    FROM articles_article a
    WHERE a.story_id IN (SELECT story_id FROM articles_article WHERE url = ANY(%s))
    GROUP BY a.story_id
"""


class DemoError(Exception):
    """The product did not do what it promises."""


@dataclass
class Telling:
    """Articles of one event by several publishers, as the database has them."""

    connection: "psycopg.Connection[tuple[UUID, int, int, int]]"
    urls: list[str]

    def rows(self) -> list[tuple[UUID, int, int, int]]:
        return self.connection.execute(STORY, [self.urls, self.urls]).fetchall()

    def is_over(self) -> bool:
        return sum(announced for _, announced, _, _ in self.rows()) == len(self.urls)

    def look(self) -> tuple[UUID, int, int]:
        """The story, its articles and its alerts. Raises DemoError where there are several."""
        rows = self.rows()
        if len(rows) != 1:
            raise DemoError(f"one event became {len(rows)} stories")
        [(story, _, articles, alerts)] = rows
        return story, articles, alerts


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
