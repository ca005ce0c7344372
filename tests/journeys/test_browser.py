"""The tag page in a real browser, on a phone's screen and on a desk: found, followed, read."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from articles.models import Follow
from tests import make
from tests.browsing import DESK, PHONE, Visitor, chromium

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("screen", [PHONE, DESK])
def test_a_reader_finds_a_tag_follows_it_and_reads(
    browser: Browser, live_server: LiveServer, screen: dict[str, int]
) -> None:
    tag = make.tag("NagornoKarabakh")
    make.article("A bridge opens", tags=[tag], section=make.section(), summary="It does.")
    visitor = Visitor(browser.new_context(viewport=screen), live_server.url)  # type: ignore[arg-type]  # a TypedDict of its own

    page = visitor.go("/en/hashtag/nagornokarabakh")
    heading = page.inner_text("h1")
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.click(".follow button")
    expect(page.locator(".follow button")).to_have_text("Following")
    page.click("article a:has-text('A bridge opens')")

    assert heading == "Latest news with #NagornoKarabakh"
    assert wide == screen["width"]
    assert page.inner_text("h1") == "A bridge opens"
    assert Follow.objects.get().tag == tag
    assert visitor.troubles == []
    visitor.context.close()
