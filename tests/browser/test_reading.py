"""Lists that scroll, search, languages, menus: what a reader does all day."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.conftest import Visiting
from tests.browsing import DESK, Visitor
from tests.make import NOON

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _news() -> None:
    railways, publisher = make.tag("Railways", "railway"), make.publisher("Hill Courier")
    for number in range(45):
        make.article(
            f"Report {number}",
            by=publisher,
            tags=[railways],
            section=make.section(),
            published_at=NOON - timedelta(minutes=number),
        )
    make.searchable()


def test_older_news_come_as_one_scrolls(visitor: Visitor) -> None:
    page = visitor.go("/en/hashtag/Railways")
    expect(page.locator(".card")).to_have_count(20)

    page.locator(".card").last.scroll_into_view_if_needed()
    expect(page.locator(".card")).to_have_count(40)
    page.locator(".card").last.scroll_into_view_if_needed()
    expect(page.locator(".card")).to_have_count(45)

    titles = page.locator(".card h2").all_inner_texts()
    assert titles == [f"Report {number}" for number in range(45)]
    expect(page.locator(".older")).to_have_count(0)


def test_without_scripts_a_link_leads_to_older_news(visiting: Visiting) -> None:
    page = visiting(java_script_enabled=False).go("/en/hashtag/Railways")

    page.click("text=Older news")

    assert page.locator(".card h2").first.inner_text() == "Report 20"


def test_search_finds_articles_and_tags_and_scrolls_on(visitor: Visitor) -> None:
    page = visitor.go("/en/search")
    page.fill("input[name=q]", "report")
    page.press("input[name=q]", "Enter")
    expect(page.locator(".card")).to_have_count(20)
    page.locator(".card").last.scroll_into_view_if_needed()
    expect(page.locator(".card")).to_have_count(40)

    page = visitor.go("/en/search?q=railw")

    expect(page.locator(".head .chips")).to_contain_text("#Railways")
    expect(page.locator(".empty")).to_contain_text("Nothing was found")


def test_the_language_menu_leads_to_the_same_page(visitor: Visitor) -> None:
    page = visitor.go("/en/hashtag/Railways")

    page.click(".languages summary")
    page.click("text=Русский")

    assert page.url.endswith("/ru/hashtag/Railways")
    expect(page.locator("h1")).to_have_text("Последние новости с #Railways")
    page.click(".languages summary")
    page.keyboard.press("Escape")
    expect(page.locator(".languages ul")).to_be_hidden()


def test_a_page_in_arabic_is_mirrored(visiting: Visiting) -> None:
    page = visiting(viewport=DESK).go("/en/hashtag/Railways")
    left_to_right = page.locator(".beside").bounding_box()
    page = visiting(viewport=DESK).go("/ar/hashtag/Railways")
    right_to_left = page.locator(".beside").bounding_box()
    logo = page.locator(".logo").bounding_box()

    assert left_to_right
    assert right_to_left
    assert logo
    assert left_to_right["x"] > DESK["width"] / 2 > right_to_left["x"]
    assert logo["x"] > DESK["width"] / 2


def test_an_article_keeps_the_direction_of_its_language(visitor: Visitor) -> None:
    make.article(
        "يفتح الجسر",
        language="ar",
        tags=[make.tag("Bridges")],
        text_html="<p>النص كامل.</p>",
    )
    page = visitor.go("/en/hashtag/Bridges")

    page.click("text=يفتح الجسر")
    expect(page.locator(".body")).to_be_visible()  # a page begins to leave before it is made

    directions = (
        "(names) => names.map((n) => getComputedStyle(document.querySelector(n)).direction)"
    )
    assert page.evaluate(directions, ["html", "h1", ".body"]) == ["ltr", "rtl", "rtl"]


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
@pytest.mark.parametrize("path", ["/en/", "/ar/hashtag/Railways", "/hy/about", "/ru/my/tags"])
def test_no_page_is_wider_than_its_screen(visiting: Visiting, path: str, width: int) -> None:
    page = visiting(viewport={"width": width, "height": 800}).go(path)

    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_desk_has_a_code_for_the_phone_and_a_phone_has_not(visiting: Visiting) -> None:
    expect(visiting(viewport=DESK).go("/en/").locator(".scan")).to_be_visible()
    expect(visiting().go("/en/").locator(".scan")).to_be_hidden()
