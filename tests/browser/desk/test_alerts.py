"""Alerts are written, sent, watched and taken back."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from articles.models import Story
from notifications import dispatch, releasing
from notifications.models import Alert, Batch
from notifications.transports.fcm import FcmTransport
from tests import make
from tests.browser.desk.conftest import Enter
from tests.browser.desk.scenes import make_told
from tests.desk import address
from tests.notifications.transports.samples import ADDRESS
from tests.processes import Emulator
from tests.told import follower, plan, run_all

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_alert_is_written_from_a_story_seen_sent_and_undone(enter: Enter) -> None:
    told = make_told()
    page = enter("Alert editor").go(address(Story, "change", told.story_id))

    page.click("text=Write an alert")
    expect(page.locator("#id_title")).to_have_value("Bridge closed")
    expect(page.locator("#foreseen")).to_contain_text("1 now")
    page.fill("#id_title", "The bridge is closed")
    expect(page.locator(".iphone.dark .note-title")).to_have_text("The bridge is closed")
    expect(page.locator(".byte-bar").first).to_contain_text("20 of 240 bytes")
    page.click("text=العربية")
    page.fill("#id_title_ar", "الجسر مغلق")
    page.select_option("#preview-language", "ar")
    expect(page.locator(".android.light .note-title")).to_have_text("الجسر مغلق")
    page.click("button[name=_send]")

    expect(page.locator(".countdown")).to_contain_text("in ")
    page.click("text=Undo: do not send it")
    expect(page.locator(".messagelist")).to_contain_text("0 already sent")
    assert Alert.objects.get().state == Alert.State.CANCELLED


def test_an_open_page_sees_the_alert_go(enter: Enter) -> None:
    tag = make.tag("Railways")
    follower(tag, ADDRESS)
    alert = plan(tag)
    page = enter("Alert editor").go(address(Alert, "change", alert.pk))
    expect(page.locator("#live")).to_contain_text("0 already sent")

    run_all(alert)

    expect(page.locator("#live")).to_contain_text("1 already sent", timeout=8_000)


def test_a_retraction_takes_the_alert_from_the_phone(
    enter: Enter, emulator: Emulator, settings: Settings
) -> None:
    settings.FCM_URL = emulator.url
    settings.FIREBASE_CREDENTIALS = str(emulator.credentials)
    transport = FcmTransport()
    emulator.ask("PUT", f"/emulator/phones/{ADDRESS}", {"label": "a reader's"})
    tag = make.tag("Railways")
    follower(tag, ADDRESS)
    alert = plan(tag)

    def send_all() -> list[object]:
        releasing.release_held(timezone.now())
        for batch_id in Batch.objects.runnable().values_list("pk", flat=True):
            dispatch.run_batch(batch_id, transport)
        phones = {each["address"]: each for each in emulator.ask("GET", "/emulator/phones")}
        return list(phones[ADDRESS]["shown"])

    before = send_all()
    page = enter("Alert editor").go(address(Alert, "change", alert.pk))
    page.click("text=Take it back from phones")
    expect(page.locator(".messagelist")).to_contain_text("taken back; 1 phones had it")
    after = send_all()
    transport.close()

    assert (len(before), after) == (1, [])
