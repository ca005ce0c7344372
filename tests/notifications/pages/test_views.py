from datetime import time, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from articles.models import Follow, Reader, Tag
from notifications.models import Alert, Preference
from tests import make
from tests.articles.pages.test_views import read

pytestmark = pytest.mark.django_db

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def tag() -> Tag:
    return make.tag("Railways")


@pytest.fixture
def reader(client: Client, tag: Tag) -> Reader:
    client.post("/en/my/follow", {"tag": tag.name}, headers=HERE)
    Follow.objects.update(followed_at=timezone.now() - timedelta(days=1))
    return Reader.objects.get()


def make_alert(tag: Tag, title: str = "A bridge opens", **facts: object) -> Alert:
    now = timezone.now()
    alert = Alert.objects.create(
        story=make.story(),
        title=title,
        state=Alert.State.SENT,
        levels=["all"],
        link="https://news.example/en/story/1",
        published_at=now,
        planned_at=now,
        expires_at=now,
        **facts,
    )
    alert.tags.add(tag)
    return alert


@pytest.mark.usefixtures("reader")
def test_the_inbox_shows_what_was_told_and_why(client: Client, tag: Tag) -> None:
    make_alert(tag, body="Hill Courier: it does.")
    make_alert(make.tag("Tunnels"), "A tunnel closes")

    page = read(client, "/en/my/alerts")

    assert "A bridge opens" in page
    assert "Hill Courier: it does." in page
    assert "#Railways" in page
    assert "A tunnel closes" not in page
    assert 'href="https://news.example/en/story/1"' in page


def test_the_inbox_is_in_the_reader_s_languages(client: Client, tag: Tag, reader: Reader) -> None:
    make.preference(reader)
    Preference.objects.update(languages=["ar"])
    variant = {"title": "يفتح الجسر", "body": "", "image_url": "", "link": "https://news.example/"}
    make_alert(tag, variants={"ar": variant})

    page = read(client, "/en/my/alerts")

    assert "يفتح الجسر" in page
    assert "A bridge opens" not in page


def test_who_follows_nothing_has_no_alerts_and_no_settings(client: Client) -> None:
    assert "No alert yet" in read(client, "/en/my/alerts")
    assert "There is nothing to set" in read(client, "/en/my/settings")


def settings_of(client: Client, **changes: str) -> int:
    form = {
        "is_on": "on",
        "quiet_start": "23:00",
        "quiet_end": "06:30",
        "zone": "Asia/Yerevan",
        "daily_cap": "3",
        "gap_minutes": "0",
        "digest_at": "",
    }
    return client.post("/en/my/settings", form | changes, headers=HERE).status_code


def test_quiet_hours_and_cap_are_kept(client: Client, reader: Reader) -> None:
    assert settings_of(client) == 302

    kept = Preference.objects.select_related("quiet_profile").get(reader=reader)
    profile = kept.quiet_profile
    assert (profile.zone, profile.start, profile.end) == ("Asia/Yerevan", time(23), time(6, 30))
    assert (kept.is_on, kept.daily_cap, kept.gap_minutes) == (True, 3, 0)
    assert (profile.digest_at, profile.is_open_to_breaking) == (None, False)
    assert "Kept." in read(client, "/en/my/settings?kept=yes")


@pytest.mark.parametrize(
    "changes",
    [
        {"quiet_start": "25:00"},
        {"zone": "Mars/Base"},
        {"daily_cap": "-1"},
        {"daily_cap": "51"},
        {"daily_cap": ""},
        {"gap_minutes": "1441"},
        {"digest_at": "noon"},
    ],
)
@pytest.mark.usefixtures("reader")
def test_what_makes_no_sense_is_shown_again(client: Client, changes: dict[str, str]) -> None:
    assert settings_of(client, **changes) == 200
    assert not Preference.objects.exists()


def test_languages_outlive_a_change_of_hours(client: Client, reader: Reader) -> None:
    make.preference(reader)
    Preference.objects.update(languages=["hy"])

    settings_of(client)

    assert Preference.objects.get().languages == ["hy"]


@pytest.mark.usefixtures("reader")
def test_settings_come_from_our_own_form(client: Client) -> None:
    answer = client.post("/en/my/settings", {}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_the_push_key_is_told_to_everybody(client: Client) -> None:
    answer = client.get("/push-key")

    assert set(answer.json()) == {"key"}
    assert answer["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize(
    ("level", "reason"),
    [
        (Follow.Level.ALL, "your quiet hours outlasted it"),  # no batch is for this reader
        (Follow.Level.TOP, "the most important only"),
    ],
)
def test_the_inbox_says_why_a_phone_was_silent(
    client: Client, tag: Tag, reader: Reader, level: Follow.Level, reason: str
) -> None:
    make.preference(reader)
    make_alert(tag)
    Follow.objects.update(level=level)

    assert reason in read(client, "/en/my/alerts")


def test_looking_at_the_inbox_reads_it(client: Client, tag: Tag, reader: Reader) -> None:
    make.preference(reader)
    make_alert(tag)
    assert client.get("/api/v1/alerts/unread", headers=HERE).json() == {"unread": 1}

    read(client, "/en/my/alerts")

    assert client.get("/api/v1/alerts/unread", headers=HERE).json() == {"unread": 0}


def test_without_a_key_pair_no_browser_is_asked(client: Client, settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = ""

    assert client.get("/push-key").json() == {"key": ""}
