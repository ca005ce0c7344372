from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from articles.models import Reader
from notifications.models import Alert, Device
from notifications.transports.memory import MemoryTransport
from tests import make
from tests.desk import address, make_staff, sign_in
from tests.told import follower, plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Client:
    return make_staff("Alert editor")


def compose(client: Client, **facts: object) -> Alert:
    """The alert of a form that was filled in and sent with one of its buttons."""
    expires_at = timezone.now() + timedelta(hours=6)
    form = {
        "title": "Bridge closed",
        "body": "Trains stop at the river.",
        "link": "https://daily8.example/1",
        "language": "en",
        "expires_at_0": f"{expires_at:%Y-%m-%d}",
        "expires_at_1": f"{expires_at:%H:%M:%S}",
        **facts,
    }
    answer = client.post(address(Alert, "add"), form)
    assert answer.status_code == 302, answer.context["errors"]
    return Alert.objects.get()


def foresee(client: Client, **asked: str | list[str]) -> str:
    return client.get(address(Alert, "foresee"), asked).content.decode()


def test_an_alert_about_a_story_begins_with_its_words_and_tags(editor: Client) -> None:
    tag = make.tag("Bridges")
    told = make.article("Bridge closed", tags=[tag], summary="Trains stop.")

    page = editor.get(address(Alert, "add"), {"story": str(told.story_id)})

    form = page.context["adminform"].form
    assert form["title"].value() == "Bridge closed"
    assert "Trains stop." in form["body"].value()
    assert form["tags"].value() == [tag.pk]


def test_a_story_that_was_told_points_to_its_alert(editor: Client) -> None:
    alert = plan(make.tag())

    page = editor.get(address(Alert, "add"), {"story": str(alert.story_id)}).content.decode()

    assert "Follow that one up instead" in page
    assert 'name="_send"' not in page
    assert address(Alert, "change", alert.pk) in page


def test_one_press_saves_and_sends_what_can_be_undone(editor: Client) -> None:
    tag = make.tag()

    alert = compose(editor, tags=[tag.pk], _send="yes")
    page = editor.get(address(Alert, "change", alert.pk)).content.decode()

    assert alert.state == Alert.State.HELD
    assert "Undo: do not send it" in page
    assert "data-until" in page


def test_words_in_other_languages_go_with_it(editor: Client) -> None:
    alert = compose(editor, tags=[make.tag().pk], title_hy="Կամուրջը փակ է", body_hy="Գնացքներ")

    assert alert.variants["hy"] == {
        "title": "Կամուրջը փակ է",
        "body": "Գնացքներ",
        "image_url": "",
        "link": alert.link,
    }


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": "Կ" * 130}, "title"),
        ({"title_hy": "Կ" * 130}, "title_hy"),
        ({"body_ar": "جسر"}, "title_ar"),
    ],
)
def test_what_phones_would_cut_or_show_without_a_title_is_refused(
    editor: Client, facts: dict[str, str], field: str
) -> None:
    answer = editor.post(address(Alert, "add"), {"tags": [make.tag().pk], **facts})

    assert field in answer.context["adminform"].form.errors


def test_a_test_reaches_the_desk_alone(editor: Client) -> None:
    tag = make.tag()
    follower(tag, "phone-of-a-reader")
    make.device(address="phone-of-the-desk", is_desk=True)

    alert = compose(editor, tags=[tag.pk], _test="yes")

    assert [message.address for message in MemoryTransport.outbox] == ["phone-of-the-desk"]
    assert alert.state == Alert.State.DRAFT


def test_the_page_says_who_would_hear_it(editor: Client) -> None:
    tag = make.tag()
    for number in range(3):
        follower(tag, f"phone-{number}")
    Device.objects.filter(address="phone-2").update(state=Device.State.GONE)

    page = foresee(editor, tags=[str(tag.pk)])

    assert "<strong>3</strong> now" in page
    assert "Counted one by one" in page


@pytest.mark.parametrize("asked", [{}, {"tags": "x"}, {"at": "soon"}, {"at": "2026-13-01 99:00"}])
def test_a_half_written_form_is_no_error(editor: Client, asked: dict[str, str]) -> None:
    assert "Choose tags" in foresee(editor, **asked)


def test_alerts_much_like_it_are_named(editor: Client) -> None:
    plan(make.tag(), title="Bridge over the Debed closed")

    page = foresee(editor, title="Bridge over the Debed is closed")

    assert "Bridge over the Debed closed" in page
    assert "much like" not in foresee(editor, title="Harvest begins").lower()


def test_many_are_told_by_two_people(editor: Client, settings: Settings) -> None:
    settings.ALERT_SECOND_PERSON = 2
    tag = make.tag()
    for number in range(2):
        follower(tag, f"phone-{number}")

    asked = compose(editor, tags=[tag.pk], _send="yes")
    again = press_send(editor, asked)
    by_another = press_send(sign_in(second_editor()), asked)

    assert (asked.state, again, by_another) == ("draft", "draft", "held")


def test_a_second_person_agrees_to_one_text_only(editor: Client, settings: Settings) -> None:
    settings.ALERT_SECOND_PERSON = 1
    tag = make.tag()
    follower(tag, "phone")
    asked = compose(editor, tags=[tag.pk], _send="yes")

    reworded = press_send(sign_in(second_editor()), asked, title="Another text")

    assert reworded == "draft"


def press_send(client: Client, alert: Alert, **facts: object) -> str:
    expires_at = alert.expires_at
    form = {
        "title": alert.title,
        "body": alert.body,
        "link": alert.link,
        "language": "en",
        "tags": [tag.pk for tag in alert.tags.all()],
        "expires_at_0": f"{expires_at:%Y-%m-%d}",
        "expires_at_1": f"{expires_at:%H:%M:%S}",
        "_send": "yes",
        **facts,
    }
    client.post(address(Alert, "change", alert.pk), form)
    return Alert.objects.get(pk=alert.pk).state


def second_editor() -> Reader:
    first = Reader.objects.get(is_staff=True)
    second = Reader.objects.create(email="second@example.org", is_staff=True)
    second.groups.set(first.groups.all())
    return second


def test_who_may_write_and_not_send_cannot_send() -> None:
    client = make_staff("Alert editor")
    staff = Reader.objects.get(is_staff=True)
    group = staff.groups.get()
    group.permissions.remove(group.permissions.get(codename="send_alert"))

    answer = client.post(address(Alert, "add"), {"_send": "yes"})
    page = client.get(address(Alert, "add")).content.decode()

    assert 'name="_send"' not in page
    assert answer.status_code == 200
    assert not Alert.objects.exclude(state="draft").exists()
