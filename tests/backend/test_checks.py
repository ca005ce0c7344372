from pathlib import Path

import pytest
from django.core.checks import CheckMessage
from pytest_django.fixtures import Settings

from backend.checks import check_push, check_web, check_web_push
from tests.processes import PushService


@pytest.fixture
def production(settings: Settings, tmp_path: Path) -> Settings:
    (tmp_path / "firebase.json").write_text("{}")
    settings.PUSH_TRANSPORT = "notifications.transports.fcm.FcmTransport"
    settings.FCM_URL = "https://fcm.googleapis.com"
    settings.FIREBASE_CREDENTIALS = str(tmp_path / "firebase.json")
    settings.SITE_URL = "https://news.example"
    settings.OUTBOUND_ALLOW = frozenset()
    settings.WEB_PUSH_TRANSPORT = "notifications.transports.webpush.WebPushTransport"
    settings.WEB_PUSH_HOSTS = frozenset({"push.example:8443"})
    settings.VAPID_PRIVATE_KEY = PushService.PRIVATE_KEY
    settings.VAPID_SUBJECT = "mailto:desk@news.example"
    return settings


def check_all() -> list[CheckMessage]:
    return check_push(None) + check_web_push(None) + check_web(None)


@pytest.mark.usefixtures("production")
def test_production_as_documented_passes() -> None:
    assert check_all() == []


@pytest.mark.parametrize("subject", ["", "mailto:desk@localhost"])
def test_web_push_that_is_off_needs_nothing(production: Settings, subject: str) -> None:
    production.VAPID_PRIVATE_KEY = ""
    production.VAPID_SUBJECT = subject
    production.WEB_PUSH_TRANSPORT = "notifications.transports.console.ConsoleTransport"

    assert check_all() == []


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("PUSH_TRANSPORT", "notifications.transports.console.ConsoleTransport", "daily8.E001"),
        ("FCM_URL", "http://127.0.0.1:9099", "daily8.E002"),
        ("FCM_URL", "https://fcm.googleapis.com.evil.example", "daily8.E002"),
        ("FIREBASE_CREDENTIALS", "", "daily8.E003"),
        ("SITE_URL", "http://news.example", "daily8.E004"),
        ("OUTBOUND_ALLOW", frozenset({"127.0.0.1:80"}), "daily8.E005"),
        ("WEB_PUSH_HOSTS", frozenset({"127.0.0.1:9098"}), "daily8.E006"),
        ("WEB_PUSH_HOSTS", frozenset({"push.example", "localhost"}), "daily8.E006"),
        ("VAPID_PRIVATE_KEY", "hunter2", "daily8.E007"),
        ("VAPID_SUBJECT", "mailto:desk@localhost", "daily8.E008"),
        ("VAPID_SUBJECT", "http://news.example", "daily8.E008"),
        ("WEB_PUSH_TRANSPORT", "notifications.transports.memory.MemoryTransport", "daily8.E009"),
    ],
)
def test_what_belongs_on_a_laptop_is_refused(
    production: Settings, name: str, value: object, found: str
) -> None:
    setattr(production, name, value)

    [problem] = check_all()

    assert problem.id == found
