"""Publishers and their feeds are added and watched."""

import pytest
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from tests import make
from tests.browser.desk.conftest import Enter
from tests.publishers import Item, PublisherServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_publisher_is_added_by_its_address_and_watched(enter: Enter, settings: Settings) -> None:
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        server.publish("/news.xml", Item("Ferry opens", make.NOON))
        server.feeds["/"] = b"<link rel=alternate type=application/rss+xml href=/news.xml>"
        page = enter("Publisher manager").go("/admin/articles/feed/discover/")
        page.fill("#url", server.url("/"))
        page.click("text=Look for feeds")
        expect(page.locator("#content")).to_contain_text("Ferry opens")
        page.click("text=Add the ticked feeds")

    expect(page.locator(".messagelist")).to_contain_text("1 new")
    page.click("button:text-is('Pause')")
    expect(page.locator(".board")).to_contain_text("An editor has paused it.")
