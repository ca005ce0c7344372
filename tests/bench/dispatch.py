"""From PostgreSQL to recorded results against the emulator, beside firebase-admin's call."""

import os
import tempfile
from pathlib import Path

import firebase_admin
from django.conf import settings
from django.utils import timezone
from firebase_admin import credentials, messaging

from notifications import alerts, dispatch
from notifications.models import Alert
from notifications.transports.fcm import FcmTransport
from tests import make
from tests.bench.table import Row, seconds, show_progress
from tests.crowd import make_crowd
from tests.processes import Emulator, kill

READERS = 10_000
PEERS = 500


def measure() -> list[Row]:
    tag = make.tag("Dispatch")
    make_crowd(READERS, tag)
    show_progress("dispatch", 1, 2)
    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(Path(folder))
        settings.FCM_URL, settings.FIREBASE_CREDENTIALS = emulator.url, str(emulator.credentials)
        settings.PUSH_RATE = 1_000_000
        try:
            peer = PEERS / seconds(lambda: send_with_firebase_admin(emulator))
            emulator.reset()
            before = os.times()
            took = seconds(lambda: send_with_dispatch(tag.pk))
            after = os.times()
            counts = emulator.counts()
            show_progress("dispatch", 2, 2)
        finally:
            kill(emulator.process)
    ours = READERS / took
    cpu = (after.user + after.system - before.user - before.system) / READERS * 1_000_000
    return [
        Row("firebase-admin send_each, transport alone", peer, "messages/s"),
        Row(
            "dispatch, PostgreSQL to recorded results", ours, "messages/s", "send_each", ours / peer
        ),
        Row("CPU of the sender for 1,000 messages", cpu, "ms"),
        Row(
            "accepted by the emulator",
            counts["accepted"],
            "messages",
            "recipients",
            counts["accepted"] / READERS,
        ),
    ]


def send_with_dispatch(tag_id: object) -> None:
    now = timezone.now()
    tag = make.Tag.objects.get(pk=tag_id)
    article = make.article(tags=[tag], published_at=now)
    alerts.plan_alerts([make.story_of(article).pk], now)
    transport = FcmTransport()
    for batch in Alert.objects.get(story=article.story).batches.all():
        while dispatch.run_batch(batch.pk, transport):
            pass
    transport.close()


def send_with_firebase_admin(emulator: Emulator) -> None:
    """The peer, pointed at the emulator by the private constant that its own tests use."""
    app = firebase_admin.initialize_app(
        credentials.Certificate(str(emulator.credentials)), name="peer"
    )
    messaging._MessagingService.FCM_URL = emulator.url + "/v1/projects/{0}/messages:send"
    note = messaging.Notification(title="A bridge opens", body="Hill Courier: it does.")
    tokens = [f"phone-of-the-peer-0123456789-{n}" for n in range(PEERS)]
    messages = [messaging.Message(token=token, notification=note) for token in tokens]
    answers = messaging.send_each(messages, app=app)
    firebase_admin.delete_app(app)
    if answers.success_count != PEERS:
        raise RuntimeError(f"the peer sent only {answers.success_count} of {PEERS}")
