"""Articles are let in, corrected and set right again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from articles import ingest, long_actions
from articles.models import Article, ArticleTag, LongAction
from tests import make
from tests.browser.desk.conftest import Enter
from tests.browser.desk.scenes import act_on, run_action
from tests.browsing import Visitor
from tests.desk import address
from tests.publishers import Item, PublisherServer

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
    curator = enter("Curator")
    page = curator.go(address(Article, "change", article.pk))
    page.fill("#id_title", "What we wrote")
    page.click("input[name=_save]")

    page = curator.go(address(Article, "history", article.pk))
    expect(page.locator("#change-history")).to_contain_text("What they wrote → What we wrote")
    page.locator("#change-history tbody a").last.click()
    expect(page.locator("#id_title")).to_have_value("What they wrote")
    page.get_by_role("button", name="Revert").click()

    expect(page.locator(".messagelist")).to_contain_text("changed successfully")
    article.refresh_from_db()
    assert (article.title, article.is_locked) == ("What they wrote", False)


def test_an_article_is_pinned_to_the_page_of_its_tag(enter: Enter, visitor: Visitor) -> None:
    tag = make.tag("Railways")
    old = make.article("Timetable", tags=[tag])
    make.article("Bridge closed", tags=[tag], published_at=make.NOON + timedelta(hours=1))

    page = enter("Curator").go(address(Article, "change", old.pk))
    page.check("#id_article_tags-0-is_pinned")
    page.click("input[name=_save]")
    expect(page.locator(".messagelist")).to_contain_text("changed successfully")

    page = visitor.go("/en/hashtag/Railways")
    expect(page.locator(".card h2")).to_have_text(["Timetable", "Bridge closed"])
    assert list(Article.objects.pinned(tag)) == [old]


def test_an_article_is_hidden_and_shown_again(enter: Enter, visitor: Visitor) -> None:
    article = make.article("Ferry opens")
    page = enter("Curator").go(address(Article, "changelist"))

    act_on(page, "Hide from readers", "Ferry opens")
    expect(page.locator(".messagelist")).to_contain_text("1 hidden")
    expect(visitor.go("/en/").locator(".card")).to_have_count(0)
    act_on(page, "Show to readers again", "Ferry opens")
    expect(page.locator(".messagelist")).to_contain_text("1 shown again")

    assert list(Article.objects.shown()) == [article]


def test_a_corrected_title_stays_whatever_its_publisher_writes(
    enter: Enter, settings: Settings
) -> None:
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        feed = make.feed(url=server.url("/news.xml"))
        server.publish("/news.xml", Item("Bridge clsed", make.NOON, guid="1"))
        ingest.fetch_feeds([feed.pk], timezone.now())
        article = Article.objects.get()

        page = enter("Curator").go(address(Article, "change", article.pk))
        page.fill("#id_title", "Bridge closed")
        page.click("input[name=_continue]")
        expect(page.locator(".messagelist")).to_contain_text("changed successfully")
        server.publish("/news.xml", Item("Bridge opened", make.NOON, guid="1"))
        ingest.fetch_feeds([feed.pk], timezone.now())

    page.reload()
    expect(page.locator("#id_title")).to_have_value("Bridge closed")
    expect(page.locator(".original strong")).to_have_text("Bridge clsed")
    expect(page.locator("section.original")).to_contain_text("The desk says something else")
    expect(page.locator("#id_is_locked")).to_be_checked()
    article.refresh_from_db()
    assert (article.title, article.is_locked) == ("Bridge closed", True)


def test_articles_change_their_section_and_tags_together(enter: Enter) -> None:
    section, tag = make.section("Business"), make.tag("Railways")
    told = {make.article("Line opens"), make.article("Line closes")}
    make.article("Harvest")
    page = enter("Curator").go(address(Article, "changelist"))

    act_on(page, "Move to the target section", "Line opens", "Line closes", target="business")
    expect(page.locator(".messagelist")).to_contain_text("2 moved to Business")
    act_on(page, "Tag with the target tag", "Line opens", "Line closes", target="#Railways")
    expect(page.locator(".messagelist")).to_contain_text("2 tagged with #Railways")

    assert set(Article.objects.filter(section=section)) == told
    assert {row.article for row in ArticleTag.objects.filter(tag=tag)} == told


def test_what_takes_long_shows_how_far_it_is(enter: Enter) -> None:
    section = make.section("Business")
    make.many_incoming([(f"Report {number}", "") for number in range(201)], timedelta(0))
    page = enter("Curator").go(address(Article, "changelist"))

    page.check("#action-toggle")
    page.click("text=Select all 201 articles")
    run_action(page, "Move to the target section", "Business")
    page.click("text=see how far it is")
    expect(page.locator("#live")).to_contain_text("0 of 201 done")
    action = LongAction.objects.get()
    assert long_actions.go_on(action.pk, timezone.now())
    expect(page.locator("progress")).to_have_attribute("value", "200", timeout=8_000)
    assert not long_actions.go_on(action.pk, timezone.now())

    expect(page.locator("#live")).to_contain_text("201 of 201 done", timeout=8_000)
    assert Article.objects.filter(section=section).count() == 201
