"""A real Chromium for tests, and what it is told of a page."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

REFUSED = re.compile(r"status of (403|404|429)")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A visible skip where there is none, a failure where REQUIRE_BROWSERS is set."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("REQUIRE_BROWSERS"):
            pytest.fail("no Chromium here, and REQUIRE_BROWSERS is set: make browsers")
        pytest.skip("no Chromium here: make browsers")
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            yield browser
            browser.close()


@dataclass
class Visitor:
    """One browser profile at one site. `troubles` are what its console said, and requests that
    went elsewhere: no page of ours has either.
    """

    context: BrowserContext
    site: str
    page: Page = field(init=False)
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("request", self.note_request)
        self.page = self.context.new_page()
        self.page.on("console", self.note_console)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))

    def note_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(message.text)

    def note_request(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:")):
            self.troubles.append(f"asked elsewhere: {request.url}")

    def forget_refusals(self) -> None:
        """Wanted ones: the console tells of them, and their pages have no icon of ours."""
        self.troubles = [each for each in self.troubles if not REFUSED.search(each)]

    def go(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page

    def wait_for_worker(self) -> None:
        """Until the service worker serves this page."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.page.wait_for_function("navigator.serviceWorker.controller !== null")
