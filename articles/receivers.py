"""What follows from our own announcements."""

from typing import Any
from uuid import UUID

from django.conf import settings

from articles.signals import stories_changed


def connect() -> None:
    stories_changed.connect(tell_search_engines, dispatch_uid="articles.tell_search_engines")


def tell_search_engines(sender: object, story_ids: list[UUID], **_: Any) -> None:  # noqa: ARG001 - Django's signature
    if settings.INDEXNOW_KEY and settings.INDEXNOW_URL:  # as `indexnow.is_on`, which is among them
        from articles import tasks  # noqa: PLC0415 - with all verbs, 20 MB: not for every process

        tasks.tell_search_engines.delay([str(story_id) for story_id in story_ids])
