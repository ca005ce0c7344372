from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from notifications import releasing
from notifications.models import Alert
from tests import make
from tests.desk import address, make_staff
from tests.told import follower, plan, run_all, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Client:
    return make_staff("Alert editor")


def press(client: Client, alert: Alert, name: str, **words: str) -> str:
    """The page after a button of the alert's page was pressed."""
    url = address(Alert, "act", alert.pk)
    answer = client.post(url, {"act": name, **words}, follow=True)
    assert answer.status_code == 200
    alert.refresh_from_db()
    return answer.content.decode()


def test_stopping_says_how_many_were_told(editor: Client) -> None:
    tag = make.tag()
    follower(tag, "phone-1")
    alert = plan(tag)
    alert.batches.update(accepted_count=1_234)
    Alert.objects.filter(pk=alert.pk).update(state=Alert.State.SENDING)

    page = press(editor, alert, "pause")
    press(editor, alert, "resume")
    press(editor, alert, "cancel")

    assert "1,234 already sent" in page
    assert alert.state == Alert.State.CANCELLED


def test_a_correction_takes_the_place_of_what_was_told(editor: Client) -> None:
    tag = make.tag()
    follower(tag, "phone-1")
    alert = plan(tag)
    run_all(alert)

    press(editor, alert, "correction", new_title="Bridge open", new_body="")
    made = Alert.objects.get(kind=Alert.Kind.CORRECTION)

    assert (made.title, made.story) == ("Bridge open", alert.story)
    assert made.editor is not None


def test_a_retraction_reaches_who_was_told(editor: Client) -> None:
    tag = make.tag()
    follower(tag, "phone-1")
    alert = plan(tag)
    run_all(alert)

    press(editor, alert, "retraction")
    run_all(Alert.objects.get(kind=Alert.Kind.RETRACTION))

    assert told() == ["phone-1", "phone-1"]


def test_what_is_taken_back_is_taken_back_once_until_it_is_told_again(editor: Client) -> None:
    tag = make.tag()
    follower(tag, "phone-1")
    alert = plan(tag)
    run_all(alert)

    page = press(editor, alert, "retraction")
    again = press(editor, alert, "retraction")

    assert "taken back; 1 phone had it" in page
    assert ">Bridge closed</textarea>" not in page
    assert "Take it back" not in page
    assert "it is taken back already" in again
    assert "Take it back" in press(editor, alert, "update", new_title="Bridge open", new_body="")
    press(editor, alert, "retraction")
    assert Alert.objects.filter(kind=Alert.Kind.RETRACTION).count() == 2


@pytest.mark.parametrize("name", ["update", "nonsense", ""])
def test_what_cannot_be_done_is_said(editor: Client, name: str) -> None:
    alert = plan(make.tag())

    page = press(editor, alert, name)

    assert 'class="error"' in page
    assert Alert.objects.count() == 1


@pytest.mark.parametrize("role", ["Curator", "Publisher manager", "Auditor"])
def test_other_roles_press_nothing(role: str) -> None:
    alert, client = plan(make.tag()), make_staff(role)

    answer = client.post(address(Alert, "act", alert.pk), {"act": "retraction"})

    assert answer.status_code == 403
    assert Alert.objects.count() == 1


def test_an_open_page_is_told_how_far_it_is(editor: Client) -> None:
    tag = make.tag()
    follower(tag, "phone-1")
    alert = plan(tag)

    before = editor.get(address(Alert, "live", alert.pk)).content.decode()
    run_all(alert)
    after = editor.get(address(Alert, "live", alert.pk)).content.decode()

    assert ("data-over" in before, "data-over" in after) == (False, True)
    assert "<strong>1</strong> already sent" in after
    assert "handed over 1" in after


def test_list_and_page_say_when_the_rest_goes(editor: Client) -> None:
    tag = make.tag()
    follower(tag, "phone-1")
    alert = plan(tag)
    morning = timezone.now() + timedelta(hours=5)
    batch = alert.batches.get()
    batch.pk, batch.release_at = None, morning
    batch.save()

    listed = editor.get(address(Alert, "changelist")).content.decode()
    live = editor.get(address(Alert, "live", alert.pk)).content.decode()
    alert.batches.filter(release_at__lt=morning).update(state="done")
    waiting = editor.get(address(Alert, "changelist")).content.decode()
    told_of = editor.get(address(Alert, "live", alert.pk)).content.decode()

    assert "the rest from" not in listed
    assert "hears it from" not in live
    assert f"sending: the rest from {morning:%H:%M} UTC on" in waiting
    assert f"hears it from {morning:%H:%M} UTC on" in told_of


def test_a_letter_of_a_reader_is_answered(editor: Client) -> None:
    tag = make.tag()
    device = follower(tag, "phone-1")
    alert = plan(tag)
    run_all(alert)

    page = editor.get(address(Alert, "change", alert.pk), {"who": str(device.pk)}).content.decode()
    stranger = editor.get(address(Alert, "change", alert.pk), {"who": "nobody"}).content.decode()

    assert "The reader was told." in page
    assert "No device and no reader is known by that" in stranger


def test_what_is_held_waits_for_its_moment(editor: Client) -> None:
    alert = plan(make.tag())
    Alert.objects.filter(pk=alert.pk).update(state=Alert.State.HELD, release_at=make.NOON)

    press(editor, alert, "cancel")

    assert releasing.release_held(make.NOON) == []
    assert alert.state == Alert.State.CANCELLED
