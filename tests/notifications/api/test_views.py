from typing import Any
from uuid import UUID, uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from articles.models import Follow
from notifications.models import Alert, Device, Preference
from tests import make
from tests.app import DEVICE, App

pytestmark = pytest.mark.django_db


def put_device(app: App, pk: UUID | None = None, **changes: Any) -> Any:
    return app.ask("PUT", f"devices/{pk or uuid4()}", DEVICE | changes)


def make_alert(*names: str) -> Alert:
    alert = Alert.objects.create(
        story=make.story(),
        title="A bridge opens",
        link="https://news.example/",
        published_at=make.NOON,
        planned_at=make.NOON,
        expires_at=make.NOON,
    )
    alert.tags.set([make.tag(name) for name in names])
    return alert


def test_a_device_is_registered_once_however_often_it_is_put(app: App) -> None:
    pk = uuid4()

    first, second = put_device(app, pk), put_device(app, pk, app_version="1.1")

    device = Device.objects.get()
    assert (first.status_code, second.status_code) == (201, 200)
    assert (device.pk, device.app_version, device.reader) == (pk, "1.1", app.reader)


def test_a_new_readers_nights_are_quiet_in_the_devices_zone(app: App) -> None:
    put_device(app)

    assert app.ask("GET", "preferences").json() == {
        "zone": "Asia/Yerevan",
        "quiet_start": "22:00",
        "quiet_end": "07:00",
        "daily_cap": 5,
    }


def test_an_address_moves_to_the_reader_who_holds_the_phone_now(app: App) -> None:
    other = App()
    put_device(other)

    put_device(app)

    [live] = Device.objects.live()
    assert live.reader == app.reader
    assert Device.objects.get(reader=other.reader).gone_reason == "address moved"


def test_a_session_has_one_device(app: App) -> None:
    put_device(app)
    put_device(app)

    assert Device.objects.count() == 1


def test_another_readers_device_can_be_neither_seen_taken_nor_forgotten(app: App) -> None:
    other, pk = App(), uuid4()
    put_device(other, pk)

    answers = [
        app.ask("GET", f"devices/{pk}"),
        put_device(app, pk),
        app.ask("DELETE", f"devices/{pk}"),
    ]

    assert [answer.status_code for answer in answers] == [404, 409, 404]
    assert Device.objects.get().reader == other.reader


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", 'x"},{"token":"y'),
        ("address", ""),
        ("zone", "Mars/Olympus"),
        ("platform", "toaster"),
        ("address_kind", "pigeon"),
    ],
)
def test_what_no_provider_would_take_is_refused(app: App, field: str, value: str) -> None:
    answer = put_device(app, None, **{field: value})

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_changed_quiet_hours_keep_the_old_ones_for_planned_alerts(app: App) -> None:
    put_device(app)
    before = Preference.objects.get().quiet_profile
    wish = {"zone": "UTC", "quiet_start": "23:00", "quiet_end": "06:30", "daily_cap": 3}

    answers = [app.ask("PUT", "preferences", wish) for _ in range(2)]

    preference = Preference.objects.get()
    assert [answer.json() for answer in answers] == [wish, wish]
    assert preference.previous_quiet_profile == before
    assert preference.quiet_changed_at is not None


def test_preferences_have_defaults_before_there_is_a_device(app: App) -> None:
    assert app.ask("GET", "preferences").json()["zone"] == "UTC"
    assert not Preference.objects.exists()


def test_the_inbox_shows_what_my_follows_bring_and_why(app: App) -> None:
    alert, _other = make_alert("Bridges", "Rivers"), make_alert("Chess")
    for tag in alert.tags.all():
        make.follow(app.reader, tag)

    [shown] = app.ask("GET", "alerts").json()["results"]

    assert (shown["id"], shown["why"]) == (str(alert.pk), ["Bridges", "Rivers"])


def test_the_inbox_leaves_out_what_is_muted_or_older_than_the_follow(app: App) -> None:
    muted, old = make_alert("Bridges", "Rivers"), make_alert("Chess")
    bridges, rivers = muted.tags.order_by("name")
    make.follow(app.reader, bridges)
    make.follow(app.reader, rivers, Follow.Level.MUTE)
    make.follow(app.reader, old.tags.get(), since=make.NOON.replace(hour=13))

    assert app.ask("GET", "alerts").json()["results"] == []


def test_the_inbox_costs_the_same_however_long(
    app: App, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        for tag in make_alert(f"Tag{number}a").tags.all():
            make.follow(app.reader, tag)

    with django_assert_max_num_queries(3):
        assert len(app.ask("GET", "alerts").json()["results"]) == 20
