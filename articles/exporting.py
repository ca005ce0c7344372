"""Question: all that is kept of a reader, for the reader to take along."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from articles.feeds.opml import write_links
from articles.models import Follow, Mute, Reader, Reading, Session
from articles.signals import reader_exported


def export_reader(reader_id: UUID, now: datetime) -> dict[str, Any]:
    """As JSON, the parts of other apps included. Ended follows and mutes are part of it: they are
    kept, so that the reader's other phones learn of the end.
    """
    mine = {"reader_id": reader_id}
    follows = Follow.objects.filter(**mine).annotate(name=F("tag__name")).order_by("tag__name")
    mutes = Mute.objects.filter(**mine).annotate(name=F("publisher__name"))
    readings = Reading.objects.filter(**mine).annotate(url=F("article__url"))
    sessions = Session.objects.filter(**mine).order_by("created_at")
    exported: dict[str, Any] = {
        "exported_at": now,
        "reader": Reader.objects.values("id", "account", "email", "created_at").get(pk=reader_id),
        "sessions": list(sessions.values("id", "label", "created_at", "seen_on", "revoked_at")),
        "follows": list(follows.values("name", "level", "followed_at", "ended_at")),
        "mutes": list(mutes.values("name", "muted_at", "ended_at")),
        "readings": list(readings.values("article_id", "url", "read_at", "saved_at")),
    }
    parts: list[tuple[Any, Any]] = reader_exported.send(sender=None, reader_id=reader_id)
    for _, part in parts:
        exported |= part
    return exported


def export_follows(follows: Iterable[Follow], now: datetime) -> bytes:
    """The tags as OPML, each with the address of its page."""
    links = (
        (f"#{name}", settings.SITE_URL + reverse("tag", args=[settings.LANGUAGE_CODE, name]))
        for name in (follow.tag.name for follow in follows)
    )
    return write_links("Tags that I follow on Daily8", links, now)
