from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from articles.models import Follow
from notifications.models import Alert, Device, Preference
from tests import make
from tests.app import DEVICE, App
from tests.notifications.webpush.test_encryption import AUTH, POINT
from tests.processes import PushService

pytestmark = pytest.mark.django_db

NEVER_QUIET: dict[str, Any] = {
    "zone": "UTC",
    "quiet_start": "08:00",
    "quiet_end": "08:00",
    "daily_cap": 0,
    "languages": [],
    "is_on": True,
    "is_open_to_breaking": False,
    "digest_at": None,
    "gap_minutes": 0,
}


def put_device(app: App, pk: UUID | None = None, **changes: Any) -> Any:
    return app.ask("PUT", f"devices/{pk or uuid4()}", DEVICE | changes)


def make_alert(*names: str, state: Alert.State = Alert.State.SENT) -> Alert:
    alert = Alert.objects.create(
        story=make.story(),
        state=state,
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
        "languages": [],
        "is_on": True,
        "is_open_to_breaking": False,
        "digest_at": "08:00",
        "gap_minutes": 10,
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
    assert {error["field"].partition(".")[0] for error in answer.json()["errors"]} == {field}


WEB_PUSH = {
    "platform": "web",
    "address_kind": "web_push",
    "address": "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
    "address_keys": f"{POINT}.{AUTH}",
}


def test_a_browser_is_registered_by_its_subscription(app: App, settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = PushService.PRIVATE_KEY

    answer = put_device(app, None, **WEB_PUSH)

    device = Device.objects.get()
    assert answer.status_code == 201
    assert (device.address, device.address_keys) == (WEB_PUSH["address"], WEB_PUSH["address_keys"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "https://evil.example/push.apple.com"}, "address"),
        ({"address": DEVICE["address"]}, "address"),
        ({"address_keys": ""}, "address_keys"),
        ({"address_keys": "abc.def"}, "address_keys"),
        ({"address_kind": "fcm_token", "address": DEVICE["address"]}, "address_keys"),
    ],
)
def test_a_subscription_that_cannot_be_sent_to_is_refused_with_the_reason(
    app: App, settings: Settings, changes: dict[str, str], field: str
) -> None:
    settings.VAPID_PRIVATE_KEY = PushService.PRIVATE_KEY

    answer = put_device(app, None, **(WEB_PUSH | changes))

    assert answer.status_code == 400
    assert {error["field"].partition(".")[0] for error in answer.json()["errors"]} == {field}


def test_without_a_key_of_ours_no_browser_is_registered(app: App, settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = ""

    answer = put_device(app, None, **WEB_PUSH)

    assert answer.status_code == 400
    assert "off on this server" in answer.json()["errors"][0]["detail"]


def test_changed_quiet_hours_keep_the_old_ones_for_planned_alerts(app: App) -> None:
    put_device(app)
    before = Preference.objects.get().quiet_profile
    wish = NEVER_QUIET | {"quiet_start": "23:00", "quiet_end": "06:30", "daily_cap": 3}

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


def test_why_names_only_what_i_follow(app: App) -> None:
    alert = make_alert("Bridges", "Rivers")
    make.follow(app.reader, alert.tags.get(name="Rivers"))
    make.follow(make.reader(), alert.tags.get(name="Bridges"))

    [shown] = app.ask("GET", "alerts").json()["results"]

    assert shown["why"] == ["Rivers"]


@pytest.mark.parametrize("state", Alert.State)
def test_the_inbox_shows_what_was_meant_for_readers(app: App, state: Alert.State) -> None:
    make.follow(app.reader, make_alert("Bridges", state=state).tags.get())

    shown = len(app.ask("GET", "alerts").json()["results"])

    assert shown == (state in {"sending", "sent", "paused", "expired"})


def test_the_inbox_costs_the_same_however_long(app: App) -> None:
    costs = []

    for rows in (1, 15):
        for number in range(rows):
            make.follow(app.reader, make_alert(f"Tag{rows}of{number}").tags.get())
        with CaptureQueriesContext(connection) as queries:
            assert len(app.ask("GET", "alerts").json()["results"]) >= rows
        costs.append(len(queries))

    assert costs == [5, 5]


def test_a_put_carries_the_whole_state(app: App) -> None:
    pk = uuid4()
    put_device(app, pk)

    bare = {name: DEVICE[name] for name in ("platform", "zone", "address_kind", "address")}
    answer = app.ask("PUT", f"devices/{pk}", bare)

    assert answer.json() == bare | {
        "id": str(pk),
        "app_version": "",
        "locale": "",
        "address_keys": "",
        "state": "active",
    }


def test_the_same_state_again_is_written_once_a_day(app: App) -> None:
    pk = uuid4()
    put_device(app, pk)
    writes = []

    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert put_device(app, pk).status_code == 200
        writes.append([query for query in queries.captured_queries if 'UPDATE "' in query["sql"]])
    Device.objects.update(seen_on=make.NOON.date())
    put_device(app, pk)

    assert writes == [[], []]
    assert Device.objects.get().seen_on > make.NOON.date()


def test_a_gone_device_is_back_once_its_app_speaks(app: App) -> None:
    pk = uuid4()
    put_device(app, pk)
    Device.objects.update(state=Device.State.GONE, gone_reason="UNREGISTERED")

    assert put_device(app, pk).json()["state"] == "active"
    assert Device.objects.get().gone_reason == ""


def test_a_device_goes_with_its_session(app: App) -> None:
    pk, second = uuid4(), App(app.reader)
    put_device(app, pk)

    second.ask("DELETE", f"sessions/{app.signed_in.pk}")

    assert second.ask("GET", f"devices/{pk}").status_code == 404
    assert put_device(second, pk).status_code == 200


def test_a_phones_capital_letters_name_the_same_device(app: App) -> None:
    pk = uuid4()

    app.ask("PUT", f"devices/{str(pk).upper()}", DEVICE)

    assert app.ask("GET", f"devices/{pk}").json()["id"] == str(pk)


def test_a_forgotten_device_is_gone(app: App) -> None:
    pk = uuid4()
    put_device(app, pk)

    answers = [app.ask(method, f"devices/{pk}") for method in ("DELETE", "GET")]

    assert [answer.status_code for answer in answers] == [204, 404]


@pytest.mark.django_db(transaction=True)
def test_phones_that_bring_one_address_at_once_all_get_an_answer() -> None:
    apps = [App() for _ in range(4)]

    def bring(app: App) -> list[int]:
        try:
            return [put_device(app).status_code for _ in range(5)]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(apps)) as pool:
        codes = list(pool.map(bring, apps))

    assert codes == [[201] * 5] * 4
    assert Device.objects.live().count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "Mars/Olympus"),
        ("quiet_start", "25:00"),
        ("quiet_end", "07:00:30"),
        ("daily_cap", 51),
        ("daily_cap", -1),
        ("daily_cap", None),
        ("languages", ["Armenian"]),
        ("is_open_to_breaking", 0),
        ("is_on", "yes"),
        ("daily_cap", "5"),
        ("zone", 5),
        ("languages", "hy"),
        ("languages", ["hy_" + 33 * "0"]),
    ],
)
def test_preferences_that_make_no_sense_are_refused(app: App, field: str, value: object) -> None:
    answer = app.ask("PUT", "preferences", NEVER_QUIET | {field: value})

    assert answer.status_code == 400
    assert {error["field"].partition(".")[0] for error in answer.json()["errors"]} == {field}
    assert not Preference.objects.exists()


def test_languages_have_no_regions_and_choose_what_the_inbox_shows(app: App) -> None:
    wish = NEVER_QUIET | {"languages": ["hy-AM", "en_GB", "hy"]}
    assert app.ask("PUT", "preferences", wish).json()["languages"] == ["hy", "en"]
    both, russian = make_alert("Bridges"), make_alert("Rivers")
    words = {"title": "Կամուրջ", "body": "", "image_url": "", "link": "https://daily.example/hy"}
    Alert.objects.filter(pk=both.pk).update(variants={"hy": words})
    Alert.objects.filter(pk=russian.pk).update(language="ru")
    for alert in (both, russian):
        make.follow(app.reader, alert.tags.get())

    [shown] = app.ask("GET", "alerts").json()["results"]

    assert (shown["title"], shown["link"]) == ("Կամուրջ", "https://daily.example/hy")


@pytest.mark.parametrize("body", ["null", "[]", "3", "{"])
def test_a_body_that_is_no_object_is_refused(app: App, body: str) -> None:
    answer = app.put("/api/v1/preferences", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_reader_may_say_never_quiet_before_there_is_a_device(app: App) -> None:
    app.ask("PUT", "preferences", NEVER_QUIET)
    put_device(app)

    assert app.ask("GET", "preferences").json() == NEVER_QUIET
    assert Preference.objects.get().quiet_changed_at is None


def test_another_cap_alone_leaves_the_quiet_hours_unchanged(app: App) -> None:
    app.ask("PUT", "preferences", NEVER_QUIET)

    app.ask("PUT", "preferences", NEVER_QUIET | {"daily_cap": 9})

    preference = Preference.objects.get()
    assert (preference.daily_cap, preference.quiet_changed_at) == (9, None)
