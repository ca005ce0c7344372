"""What notifications does when articles says that something changed."""

from typing import Any
from uuid import UUID

from articles.signals import stories_changed
from notifications import merging


def connect() -> None:
    merging.connect()
    stories_changed.connect(plan_changed_stories, dispatch_uid="notifications.plan")


def plan_changed_stories(*, story_ids: list[UUID], **_: Any) -> None:
    from notifications import tasks  # noqa: PLC0415 - with all verbs, 15 MB: not for every process

    tasks.plan_alerts.delay([str(story_id) for story_id in story_ids])
