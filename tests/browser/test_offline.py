"""What is still there when the connection is not."""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browsing import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _news() -> None:
    tag = make.tag("Railways")
    make.article("A bridge opens", tags=[tag], text_html="<p>The whole text.</p>")
    make.article("A tunnel closes", tags=[tag], text_html="<p>Another text.</p>")


def start(visitor: Visitor) -> None:
    visitor.go("/en/about")
    visitor.wait_for_worker()


def test_the_last_pages_can_be_read_without_a_connection(visitor: Visitor) -> None:
    start(visitor)
    visitor.go("/en/hashtag/Railways")

    visitor.context.set_offline(True)
    page = visitor.go("/en/hashtag/Railways")

    expect(page.locator(".card")).to_have_count(2)
    expect(page.locator(".logo img")).to_be_visible()


def test_what_was_never_read_says_so_in_its_language(visitor: Visitor) -> None:
    start(visitor)

    visitor.context.set_offline(True)
    page = visitor.go("/ru/hashtag/Railways")

    expect(page.locator("h1")).to_have_text("Нет подключения")


def test_a_saved_article_stays_until_it_is_removed(visitor: Visitor) -> None:
    start(visitor)
    page = visitor.go("/en/hashtag/Railways")
    page.click("text=A bridge opens")
    page.click("text=Save for offline")
    expect(page.locator(".save")).to_have_text("Saved")
    page.evaluate("caches.delete('pages')")

    visitor.context.set_offline(True)
    page = visitor.go("/en/saved")
    page.click("text=A bridge opens")
    expect(page.locator(".body")).to_have_text("The whole text.")
    page = visitor.go("/en/saved")
    page.click("text=Remove")
    expect(page.locator(".saved li")).to_have_count(0)
    assert page.evaluate("caches.open('saved').then((all) => all.keys())") == []
