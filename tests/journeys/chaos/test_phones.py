"""Phones change hands, are set up anew and restored; and whatever is written fits."""

import json
import urllib.error
import urllib.request
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Tag
from notifications import control
from notifications.models import Alert, Device
from notifications.wording import BODY_BYTES, TITLE_BYTES, make_body, make_title
from tests import make
from tests.app import DEVICE, App
from tests.journeys.chaos import crew
from tests.journeys.chaos.conftest import Report
from tests.processes import Emulator, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "address-of-a-shared-phone-0123456789"


def account(tag: Tag) -> App:
    app = App()
    make.follow(app.reader, tag)
    make.preference(app.reader)
    return app


def register(app: App, address: str, device_id: uuid.UUID | None = None) -> uuid.UUID:
    device_id = device_id or uuid.uuid4()
    answer = app.ask("PUT", f"devices/{device_id}", DEVICE | {"address": address})
    assert answer.status_code in {200, 201}, answer.content
    return device_id


def told(emulator: Emulator, address: str) -> list[str]:
    """The alerts that reached an address, in order."""
    messages = emulator.ask("GET", f"/emulator/accepted?address={address}")
    return [message["data"]["alert"] for message in messages]


@pytest.mark.chaos
def test_accounts_change_apps_are_reinstalled_phones_restored(
    emulator: Emulator, report: Report
) -> None:
    first, second = make.tag(), make.tag()
    ann, bob = account(first), account(second)
    expected: list[str] = []

    def tell(whose: Tag) -> str:
        """Both tags have news; whose account holds the phone is to hear of one."""
        mine = ""
        for tag in (first, second):
            alert = crew.alert_about(tag)
            crew.finish(alert)
            mine = str(alert.pk) if tag == whose else mine
        return mine

    with crew.working(crew.variables(emulator, PUSH_LEASE=crew.CALM)):
        anns = register(ann, PHONE)
        expected.append(tell(first))
        register(bob, PHONE)
        expected.append(tell(second))
        register(ann, PHONE, anns)
        expected.append(tell(first))
        # Installed anew: another device id and address; the old address would still be taken.
        newest = PHONE + "-installed-anew"
        register(ann, newest)
        after_reinstall = tell(first)
        # A backup on another phone: the same secrets and device id, another address.
        restored = register(bob, PHONE + "-original")
        register(bob, PHONE + "-restored", restored)
        after_restore = tell(second)

    assert told(emulator, PHONE) == expected
    assert after_reinstall in told(emulator, newest)
    assert told(emulator, PHONE + "-restored") == [after_restore]
    assert told(emulator, PHONE + "-original") == []
    report(len(expected) + 2, "A -> B -> A, reinstall, restored backup")


WORDS = {
    "arabic": "عاجل: زلزال قوي يضرب المنطقة ",
    "emoji": "👩🏽‍🚀🏳️‍🌈 ",
    "armenian": "Երկրաշարժ Հայաստանում ",
    "long": "W" * 500,
}


def test_whatever_is_written_is_never_refused(emulator: Emulator, report: Report) -> None:
    tag = make.tag()
    phones = [make.device(), make.device()]
    Device.objects.filter(pk=phones[1].pk).update(address_kind=Device.AddressKind.FCM_FID)
    for phone in phones:
        make.follow(phone.reader, tag)
    now = timezone.now()
    longest = 1150
    for letter in WORDS.values():
        title, body = make_title(letter * 300), make_body("Publisher", letter * 300)
        assert len(title.encode()) <= TITLE_BYTES
        assert len(body.encode()) <= BODY_BYTES
        for length in (0, 500, 2000):
            picture = ("https://publisher.example/" + "p" * length)[: length or None]
            alert = Alert.objects.create(
                title=title,
                body=body,
                image_url=picture if length else "",
                link="https://news.example/" + "a" * (longest if length == 500 else 100),
                published_at=now,
                expires_at=now + timedelta(hours=1),
                levels=["all"],
                state=Alert.State.HELD,
                release_at=now,
            )
            alert.tags.add(tag)

    with crew.working(crew.variables(emulator, PUSH_LEASE=crew.CALM)):
        wait_until(lambda: not Alert.objects.exclude(state=Alert.State.SENT).exists())

    sent = len(WORDS) * 3 * len(phones)
    assert emulator.counts()["answered"] == {"200": sent}
    report(sent, "Arabic, emoji, Armenian; pictures' addresses to 2,000 bytes")


@pytest.mark.parametrize(("size", "status"), [(4096, 200), (4097, 400)])
def test_the_emulator_takes_4096_bytes_and_no_more(
    emulator: Emulator, size: int, status: int
) -> None:
    """So that what it never refused above would not be refused by FCM."""
    data = {"alert": "1", "text": "ä" * 100}
    empty = len(json.dumps({"data": data}, ensure_ascii=False, separators=(",", ":")).encode())
    data["text"] += "x" * (size - empty)
    url = f"{emulator.url}/v1/projects/daily8-demo/messages:send"
    body = json.dumps({"message": {"token": PHONE, "data": data}}).encode()
    request = urllib.request.Request(url, body, {"Authorization": "Bearer owner"}, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            answered = answer.status
    except urllib.error.HTTPError as error:
        with error:
            answered = error.code

    assert answered == status


def test_a_link_that_would_not_fit_is_not_sent() -> None:
    now = timezone.now()
    alert = Alert.objects.create(
        title="A bridge opens",
        link="https://news.example/" + "a" * 1500,
        published_at=now,
        expires_at=now + timedelta(hours=1),
    )
    alert.tags.add(make.tag())

    with pytest.raises(control.ControlError, match="link is too long"):
        control.send(alert, None, now)
