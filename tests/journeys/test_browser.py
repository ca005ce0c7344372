"""The tag page in a real browser, on a phone's screen and on a desk."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Chromium; a visible skip where there is none, a failure where REQUIRE_BROWSERS is set."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("REQUIRE_BROWSERS"):
            pytest.fail("no Chromium here, and REQUIRE_BROWSERS is set: make browsers")
        pytest.skip("no Chromium here: make browsers")
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_tag_page_fits_the_screen_and_leads_to_the_article(
    browser: Browser, live_server: LiveServer, width: int
) -> None:
    tag = make.tag("NagornoKarabakh")
    make.article("A bridge opens", tags=[tag], section=make.section(), summary="It does.")
    page = browser.new_page(viewport={"width": width, "height": 800})
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))

    page.goto(f"{live_server.url}/en/hashtag/nagornokarabakh")
    heading = page.inner_text("h1")
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.click("article a:has-text('A bridge opens')")

    assert heading == "Latest news with #NagornoKarabakh"
    assert wide == width
    assert page.inner_text("h1") == "A bridge opens"
    assert errors == []
