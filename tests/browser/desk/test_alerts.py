"""Alerts are written, sent, watched and taken back."""

import re
from datetime import time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from articles.models import Story
from notifications import dispatch, releasing
from notifications.models import Alert, Batch
from notifications.reactions import Reported, store_reactions
from notifications.transports.fcm import FcmTransport
from tests import make
from tests.browser.desk.conftest import Enter
from tests.browser.desk.scenes import make_told
from tests.desk import address
from tests.notifications.transports.samples import ADDRESS
from tests.processes import Emulator
from tests.told import follower, plan, run_all, told

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
    expect(page.locator(".messagelist")).to_contain_text("taken back; 1 phone had it")
    after = send_all()
    transport.close()

    assert (len(before), after) == (1, [])


def test_an_alert_is_tried_at_the_desk_and_set_for_later(enter: Enter) -> None:
    story = make_told().story_id
    make.device(address="phone-of-the-desk", is_desk=True)
    page = enter("Alert editor").go(f"{address(Alert, 'add')}?story={story}")

    page.click("text=Test on the desk’s 1 device")
    expect(page.locator(".messagelist")).to_contain_text(": accepted")
    assert told() == ["phone-of-the-desk"]

    later = timezone.now() + timedelta(hours=2)
    page.fill("#id_release_at_0", f"{later:%Y-%m-%d}")
    page.fill("#id_release_at_1", f"{later:%H:%M:%S}")
    expect(page.locator("#foreseen h2")).to_contain_text(f"sent at {later:%-d %b %H:%M}")
    page.click("button[name=_send]")
    goes_at = f"goes on {later:%-d %b at %H:%M:%S} UTC"
    expect(page.locator(".messagelist")).to_contain_text(goes_at)
    expect(page.locator("#live h2")).to_contain_text(goes_at)
    alert = Alert.objects.get()
    assert (alert.state, alert.release_at) == (Alert.State.HELD, later.replace(microsecond=0))


def test_alerts_much_like_it_are_seen_while_it_is_written(enter: Enter) -> None:
    earlier = plan(make.tag(), title="Bridge over the Debed closed")
    page = enter("Alert editor").go(address(Alert, "add"))

    page.fill("#id_title", "Bridge over the Debed is closed")

    expect(page.locator("#foreseen")).to_contain_text("Much like it, in the last 24 hours")
    page.click("#foreseen >> text=Bridge over the Debed closed")
    expect(page).to_have_url(re.compile(address(Alert, "change", earlier.pk)))


def test_what_many_would_hear_is_sent_by_two(enter: Enter, settings: Settings) -> None:
    settings.ALERT_SECOND_PERSON = 1
    page = enter("Alert editor").go(f"{address(Alert, 'add')}?story={make_told().story_id}")
    second = enter("Alert editor", "second").go("/admin/")
    expect(second.locator("#content")).not_to_contain_text("for a second person")

    for _ in range(2):  # nobody is a second person to themselves
        with page.expect_navigation():
            page.click("button[name=_send]")
        expect(page.locator(".messagelist")).to_contain_text("a second person has to send it")
        assert Alert.objects.get().state == Alert.State.DRAFT

    second.reload()
    second.click("text=1 waits for a second person")
    second.click("#result_list >> text=Bridge closed")
    expect(second.locator(".told")).to_contain_text("alert-editor@example.org wants to send this")
    second.click("button[name=_send]")
    expect(second.locator("#live h2")).to_contain_text("Held: goes on")
    alert = Alert.objects.get()
    assert (alert.state, str(alert.editor)) == (Alert.State.HELD, "second@example.org")


def test_what_is_on_its_way_is_paused_and_cancelled(enter: Enter) -> None:
    tag, hour = make.tag("Railways"), timezone.now().hour
    follower(tag, "awake")
    follower(tag, "asleep", start=time((hour - 1) % 24), end=time((hour + 2) % 24))
    alert = plan(tag)
    run_all(alert)
    page = enter("Alert editor").go(address(Alert, "change", alert.pk))
    expect(page.locator("#live")).to_contain_text("1 already sent; 1 of 2 batches still to go")

    for button, state in (("Pause", "paused"), ("Resume", "sending"), ("Cancel", "cancelled")):
        page.click(f"#live button:has-text('{button}')")
        expect(page.locator(".messagelist")).to_contain_text(f"{state}; 1 already sent")
        alert.refresh_from_db()
        assert alert.state == state

    expect(page.locator("#live button")).to_have_count(0)
    assert not alert.batches.unfinished()


def test_an_alert_is_followed_up_and_corrected(enter: Enter) -> None:
    tag = make.tag("Railways")
    follower(tag, "phone")
    alert = plan(tag)
    run_all(alert)
    page = enter("Alert editor").go(address(Alert, "change", alert.pk))

    follow_up(page, "Bridge closed for a week", "Send as an update")
    expect(page.locator(".messagelist")).to_contain_text("update goes to those who had it")
    follow_up(page, "Bridge closed for a day", "Send as a correction")
    expect(page.locator(".messagelist")).to_contain_text("correction goes to those who had it")

    kinds = Alert.objects.order_by("pk").values_list("kind", "title")
    assert list(kinds)[1:] == [
        ("update", "Bridge closed for a week"),
        ("correction", "Bridge closed for a day"),
    ]


def follow_up(page: Page, title: str, button: str) -> None:
    page.fill("[name=new_title]", title)
    page.click(f"text={button}")


def test_a_letter_of_a_reader_is_answered(enter: Enter) -> None:
    tag, now = make.tag("Railways"), timezone.now()
    device, stranger = follower(tag, "phone"), make.device()
    alert = plan(tag)
    run_all(alert)
    reported = [Reported(alert.pk, kind, now) for kind in ("received", "opened")]
    store_reactions(device, reported, now)
    page = enter("Alert editor").go(address(Alert, "change", alert.pk))

    chart = page.locator("#live svg.chart")
    expect(chart).to_be_visible()
    told_of = "follow its tags 1; may hear it 1; handed over 1; reported as shown 1; opened 1"
    expect(chart).to_have_attribute("aria-label", re.compile(told_of))
    for who, answer in {
        str(device.pk): "The reader was told.",
        str(stranger.pk): "The reader follows none of its tags.",
        "nobody@example.org": "No device and no reader is known by that.",
    }.items():
        page.fill("#who", who)
        page.click("button:text-is('Trace')")
        expect(page.locator("#content")).to_contain_text(answer)
