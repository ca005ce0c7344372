"""Articles are let in, corrected and set right again."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from articles.models import Article
from tests import make
from tests.browser.desk.conftest import Enter
from tests.desk import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_inbox_is_emptied_by_keys(enter: Enter) -> None:
    for title in ("Flood feared", "Advertisement"):
        make.article(title, review=Article.Review.WAITING, is_hidden=True)
    page = enter("Curator").go("/admin/articles/article/inbox/")

    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator(".messagelist")).to_contain_text("1 rejected")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("a")
    expect(page.locator(".messagelist")).to_contain_text("1 approved")

    assert [each.title for each in Article.objects.shown()] == ["Flood feared"]


def test_a_change_is_looked_up_and_taken_back(enter: Enter) -> None:
    article = make.article("What they wrote")
    page = enter("Curator").go(address(Article, "change", article.pk))
    page.fill("#id_title", "What we wrote")
    page.click("input[name=_save]")

    page = enter_again(page, address(Article, "history", article.pk))
    expect(page.locator("#change-history")).to_contain_text("What they wrote → What we wrote")
    page.locator("#change-history tbody a").last.click()
    expect(page.locator("#id_title")).to_have_value("What they wrote")
    page.get_by_role("button", name="Revert").click()

    expect(page.locator(".messagelist")).to_contain_text("changed successfully")
    article.refresh_from_db()
    assert (article.title, article.is_locked) == ("What they wrote", False)


def enter_again(page: Page, path: str) -> Page:
    page.goto(urlsplit(page.url)._replace(path=path, query="").geturl())
    return page
