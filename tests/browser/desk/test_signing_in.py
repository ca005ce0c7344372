"""A password alone opens nothing, and cannot be guessed."""

import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from articles.models import Reader
from tests.browser.conftest import Visiting
from tests.browser.desk.conftest import ROLES, Enter
from tests.browsing import DESK

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("role", ROLES)
def test_who_has_no_second_factor_is_sent_to_set_it_up(
    enter: Enter, settings: Settings, role: str
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    page = enter(role).go("/admin/articles/story/")

    expect(page.locator("#content")).to_contain_text("Scan this with an authenticator app")
    expect(page.locator("svg.qr")).to_be_visible()
    device = TOTPDevice.objects.get()
    page.fill("#code", f"{totp(device.bin_key):06d}")
    page.click("text=Go on")

    expect(page.locator("#content h1")).to_have_text("Stories")
    device.refresh_from_db()
    assert device.confirmed


def test_who_guesses_passwords_has_to_wait(visiting: Visiting, settings: Settings) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    staff = Reader(email="editor@example.org", is_staff=True)
    staff.set_password("a right one")
    staff.save()
    stranger = visiting(viewport=DESK)
    page = stranger.go("/admin/")

    for password in ("a wrong one", "another", "a right one"):
        page = stranger.go("/admin/")
        page.fill("#id_username", "editor@example.org")
        page.fill("#id_password", password)
        with page.expect_navigation():
            page.click("input[type=submit]")

    expect(page.locator("body")).to_contain_text("too many login attempts")
    assert stranger.go("/admin/").title().startswith("Log in")
    stranger.forget_refusals()
