"""A notice and messages of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from articles.models.identifier import make_id
from notifications.transports.base import Message, Notice

NOTICE = Notice(
    alert_id=make_id(),
    story_id=make_id(),
    kind="initial",
    language="en",
    title="A bridge opens",
    body="Hill Courier: it does.",
    image_url="https://i.example/bridge.png",
    link="https://news.example/en/article/1",
    tags=("Karabakh", "Bridges"),
    is_breaking=False,
    expires_at=datetime(2026, 3, 2, 18, tzinfo=UTC),
    time_to_live=timedelta(hours=1),
    replaces="story-1",
)
WRONG = replace(NOTICE, title=3)  # type: ignore[arg-type]  # which firebase-admin notices
ADDRESS = "phone-of-a-reader-0123456789"


def message(address: str = ADDRESS) -> Message:
    return Message(
        notice=NOTICE,
        device=make_id().bytes,
        address_kind="fcm_token",
        address=address,
    )
