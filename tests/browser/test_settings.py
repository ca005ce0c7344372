"""Quiet hours and the cap, as a reader sets them."""

from datetime import time

import pytest
from playwright.sync_api import expect

from notifications.models import Preference
from tests import make
from tests.browsing import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_quiet_hours_and_cap_are_kept(visitor: Visitor) -> None:
    make.tag("Railways")
    page = visitor.go("/en/my/settings")
    expect(page.locator("main")).to_contain_text("There is nothing to set")
    page = visitor.go("/en/hashtag/Railways")
    page.click(".follow button")
    page.locator(".follow button[aria-pressed=true]").wait_for()

    page = visitor.go("/en/my/settings")
    expect(page.get_by_label("Quiet from")).to_have_value("22:00")
    page.get_by_label("Quiet from").fill("23:30")
    page.get_by_label("until").fill("06:15")
    page.get_by_label("on the clocks of").select_option("Asia/Yerevan")
    page.get_by_label("Breaking news may wake me").check()
    page.get_by_label("Alerts a day at most").fill("3")
    page.get_by_label("What waited comes at").fill("")
    page.click("text=Keep")

    expect(page.locator(".note")).to_contain_text("Kept")
    expect(page.get_by_label("until")).to_have_value("06:15")
    kept = Preference.objects.select_related("quiet_profile").get()
    profile = kept.quiet_profile
    assert (profile.zone, profile.start, profile.end) == ("Asia/Yerevan", time(23, 30), time(6, 15))
    assert (profile.is_open_to_breaking, profile.digest_at) == (True, None)
    assert (kept.is_on, kept.daily_cap) == (True, 3)
