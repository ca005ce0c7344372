"""Follow and unfollow with one tap: from a tag, from an article, and without scripts."""

import pytest
from playwright.sync_api import expect

from articles.models import Follow, Reader, Session, Tag
from tests import make
from tests.browser.conftest import Visiting
from tests.browsing import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tag() -> Tag:
    tag = make.tag("Railways")
    tag.expected_alerts_per_day = 3.2
    tag.save()
    make.article("A bridge opens", tags=[tag], image_url="")
    return tag


def test_one_tap_follows_and_one_tap_ends_it(visitor: Visitor, tag: Tag) -> None:
    page = visitor.go("/en/hashtag/Railways")
    button = page.locator(".follow button")

    expect(page.locator(".follow .volume")).to_have_text("about 3 alerts a day")
    button.click()
    expect(button).to_have_text("Following")
    expect(button).to_have_attribute("aria-pressed", "true")
    follow = Follow.objects.current().get()
    assert (follow.tag, follow.reader.email, follow.reader.devices.count()) == (tag, None, 0)

    page.reload()
    expect(button).to_have_text("Following")
    button.click()
    expect(button).to_have_text("Follow")
    assert not Follow.objects.current().exists()
    assert Reader.objects.count() == 1


def test_the_browser_is_a_reader_by_a_cookie_that_no_script_sees(
    visitor: Visitor, tag: Tag
) -> None:
    page = visitor.go("/en/hashtag/Railways")
    page.click(".follow button")
    expect(page.locator(".follow button")).to_have_text("Following")

    [cookie] = visitor.context.cookies()

    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("reader", True, "Lax")
    assert page.evaluate("document.cookie") == ""
    assert Session.objects.get().reader == Follow.objects.get().reader
    assert tag.follows.count() == 1


@pytest.mark.usefixtures("tag")
def test_an_article_offers_its_tags(visitor: Visitor) -> None:
    page = visitor.go("/en/hashtag/Railways")
    page.click("text=A bridge opens")
    page.click(".tags .follow button")
    expect(page.locator(".tags .follow button")).to_have_text("Following")

    page = visitor.go("/en/my/tags")

    expect(page.locator(".mine li")).to_contain_text("#Railways")
    expect(page.locator(".card h2")).to_have_text("A bridge opens")


@pytest.mark.usefixtures("tag")
def test_without_scripts_the_forms_do_the_same(visiting: Visiting) -> None:
    page = visiting(java_script_enabled=False).go("/en/hashtag/Railways")

    page.click("text=Follow")
    assert page.url.endswith("/en/my/tags")
    assert Follow.objects.current().count() == 1
    page.click("text=Unfollow")

    assert page.url.endswith("/en/my/tags")
    assert not Follow.objects.current().exists()
    assert "You follow no tag yet" in page.inner_text("main")
