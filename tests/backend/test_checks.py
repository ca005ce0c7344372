from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from backend.checks import check_push, check_web


@pytest.fixture
def production(settings: Settings, tmp_path: Path) -> Settings:
    (tmp_path / "firebase.json").write_text("{}")
    settings.PUSH_TRANSPORT = "notifications.transports.fcm.FcmTransport"
    settings.FCM_URL = "https://fcm.googleapis.com"
    settings.FIREBASE_CREDENTIALS = str(tmp_path / "firebase.json")
    settings.SITE_URL = "https://news.example"
    settings.OUTBOUND_ALLOW = frozenset()
    return settings


@pytest.mark.usefixtures("production")
def test_production_as_documented_passes() -> None:
    assert check_push(None) + check_web(None) == []


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("PUSH_TRANSPORT", "notifications.transports.console.ConsoleTransport", "daily8.E001"),
        ("FCM_URL", "http://127.0.0.1:9099", "daily8.E002"),
        ("FCM_URL", "https://fcm.googleapis.com.evil.example", "daily8.E002"),
        ("FIREBASE_CREDENTIALS", "", "daily8.E003"),
        ("SITE_URL", "http://news.example", "daily8.E004"),
        ("OUTBOUND_ALLOW", frozenset({"127.0.0.1:80"}), "daily8.E005"),
    ],
)
def test_what_belongs_on_a_laptop_is_refused(
    production: Settings, name: str, value: object, found: str
) -> None:
    setattr(production, name, value)

    [problem] = check_push(None) + check_web(None)

    assert problem.id == found
