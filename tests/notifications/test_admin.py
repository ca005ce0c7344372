from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from articles.models import Reader
from notifications.models import Alert, Batch, Device, Failure, Preference, QuietProfile
from tests import make
from tests.desk import count_queries

pytestmark = pytest.mark.django_db


def make_alert(state: Alert.State = Alert.State.SENDING, **facts: object) -> Alert:
    return Alert.objects.create(
        story=make.article().story,
        state=state,
        title="Talks resume",
        link="https://daily8.example/story",
        published_at=make.NOON,
        expires_at=make.NOON + timedelta(hours=6),
        **facts,
    )


def make_batch(alert: Alert | None = None, **facts: object) -> Batch:
    return Batch.objects.create(
        alert=alert or make_alert(),
        first_shard=0,
        last_shard=65_535,
        quiet_profiles=[],
        release_at=make.NOON,
        **facts,
    )


def make_failure() -> Failure:
    device = make.device()
    return Failure.objects.create(
        batch=make_batch(),
        device=device,
        address_digest=device.address_digest,
        outcome="retry",
        code="UNAVAILABLE",
    )


def make_profile() -> QuietProfile:
    return make.preference(
        make.reader(), zone=f"Etc/GMT-{QuietProfile.objects.count()}"
    ).quiet_profile


ROWS: dict[type[Model], Callable[[], Model]] = {
    Alert: lambda: make_batch(accepted_count=3).alert,
    Batch: make_batch,
    Failure: make_failure,
    Device: make.device,
    QuietProfile: make_profile,
    Preference: lambda: make.preference(make.reader()),
}
MADE_BY_HAND = [Alert, Preference]


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:notifications_{model._meta.model_name}_{page}", args=args)


def run_action(client: Client, name: str, *rows: Model) -> str:
    """The page after a list action."""
    answer = client.post(
        address(type(rows[0]), "changelist"),
        {"action": name, "_selected_action": [str(row.pk) for row in rows]},
        follow=True,
    )
    assert answer.status_code == 200
    return answer.content.decode()


def read_states(*alerts: Alert) -> list[str]:
    return [Alert.objects.get(pk=alert.pk).state for alert in alerts]


@pytest.mark.parametrize("model", ROWS)
def test_a_list_costs_the_same_few_queries_however_long_it_is(
    editor: Client, model: type[Model]
) -> None:
    url = address(model, "changelist")
    for _ in range(5):
        ROWS[model]()
    editor.get(url)

    few = count_queries(editor, url)
    for _ in range(20):
        ROWS[model]()
    many = count_queries(editor, url)

    assert many == few < 15


@pytest.mark.parametrize("model", ROWS)
def test_a_row_of_every_kind_can_be_opened(editor: Client, model: type[Model]) -> None:
    row = ROWS[model]()

    answer = editor.get(address(model, "change", row.pk))

    assert answer.status_code == 200


@pytest.mark.parametrize("model", ROWS)
def test_only_what_people_make_can_be_added(editor: Client, model: type[Model]) -> None:
    answer = editor.get(address(model, "add"))

    assert answer.status_code == (200 if model in MADE_BY_HAND else 403)


@pytest.mark.parametrize("model", ROWS)
def test_every_list_can_be_searched(editor: Client, model: type[Model]) -> None:
    ROWS[model]()

    answer = editor.get(address(model, "changelist"), {"q": "nothing-is-called-this"})

    assert answer.status_code == 200
    assert "0 results" in answer.content.decode()


@pytest.mark.parametrize("model", [Device, Failure])
def test_of_an_address_only_eight_digits_of_its_digest_are_shown(
    editor: Client, model: type[Model]
) -> None:
    row = ROWS[model]()
    device = Device.objects.get()
    digest = bytes(device.address_digest).hex()

    pages = [
        editor.get(address(model, "changelist")).content.decode(),
        editor.get(address(model, "change", row.pk)).content.decode(),
    ]

    for page in pages:
        assert digest[:8] in page
        assert digest[:9] not in page
        assert device.address not in page


def test_alerts_under_way_are_paused_and_say_by_whom(editor: Client) -> None:
    sending, sent = make_alert(), make_alert(Alert.State.SENT)

    page = run_action(editor, "pause", sending, sent)

    assert read_states(sending, sent) == ["paused", "sent"]
    assert "paused by editor@example.org" in page
    assert "it is sent" in page


def test_a_paused_alert_goes_on_where_it_was(editor: Client) -> None:
    paused, cancelled = make_alert(Alert.State.PAUSED), make_alert(Alert.State.CANCELLED)
    batch = make_batch(paused)

    run_action(editor, "resume", paused, cancelled)

    assert read_states(paused, cancelled) == ["sending", "cancelled"]
    assert Batch.objects.runnable().get() == batch


def test_a_paused_or_running_alert_can_be_cancelled(editor: Client) -> None:
    sending, paused = make_alert(), make_alert(Alert.State.PAUSED)
    sent = make_alert(Alert.State.SENT)
    batch = make_batch(sending)

    run_action(editor, "cancel", sending, paused, sent)

    assert read_states(sending, paused, sent) == ["cancelled", "cancelled", "sent"]
    assert Batch.objects.get() == batch
    assert not Batch.objects.unfinished().exists()


def test_an_alert_shows_how_many_devices_took_it(editor: Client) -> None:
    alert = make_alert()
    make_batch(alert, accepted_count=1_200)
    make_batch(alert, accepted_count=34)

    page = editor.get(address(Alert, "changelist")).content.decode()

    assert '<td class="field-accepted">1234</td>' in page


def test_an_alert_never_leaves_the_memory_of_what_was_told(editor: Client) -> None:
    alert = make_alert(Alert.State.SENT)

    answer = editor.post(address(Alert, "delete", alert.pk), {"post": "yes"})

    assert answer.status_code == 403
    assert Alert.objects.filter(pk=alert.pk).exists()


def test_a_paused_alert_is_reworded(editor: Client) -> None:
    alert = make_alert(Alert.State.PAUSED)

    answer = editor.post(
        address(Alert, "change", alert.pk),
        {
            "title": "Talks to resume",
            "link": alert.link,
            "expires_at_0": "2026-03-02",
            "expires_at_1": "18:00",
            "batches-TOTAL_FORMS": "0",
            "batches-INITIAL_FORMS": "0",
        },
    )

    assert answer.status_code == 302
    assert Alert.objects.get().title == "Talks to resume"


@pytest.mark.parametrize(("state", "fields"), [("paused", 1), ("sending", 0), ("sent", 0)])
def test_what_goes_out_is_not_reworded(editor: Client, state: str, fields: int) -> None:
    alert = make_alert(Alert.State(state))

    page = editor.get(address(Alert, "change", alert.pk)).content.decode()

    assert page.count('name="title"') == fields


def test_a_device_given_up_hears_nothing_more(editor: Client) -> None:
    device, other = make.device(), make.device()

    run_action(editor, "give_up", device)

    assert list(Device.objects.live()) == [other]


def test_a_reader_is_deleted_with_devices_and_failures(editor: Client) -> None:
    failure = make_failure()
    reader = failure.device.reader

    answer = editor.post(reverse("admin:articles_reader_delete", args=[reader.pk]), {"post": "yes"})

    assert answer.status_code == 302
    assert not Reader.objects.filter(pk=reader.pk).exists()
    assert not Failure.objects.exists()
