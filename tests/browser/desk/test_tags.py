"""Tags are tried, named and merged."""

import pytest
from playwright.sync_api import expect

from articles import retagging
from articles.gazetteer import tag_articles
from articles.models import Alias, ArticleTag, Retagging, Suggestion, Tag
from tests import make
from tests.browser.desk.conftest import Enter
from tests.browser.desk.scenes import act_on
from tests.browsing import Visitor
from tests.desk import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_text_is_tried_and_a_merge_seen_before_it_is_done(enter: Enter) -> None:
    tag, other = make.tag("Jermuk"), make.tag("Spa")
    make.follow(make.reader(), tag)
    page = enter("Curator").go(address(Tag, "change", tag.pk))

    page.fill("#id_aliases-1-phrase", "the old spring")
    page.fill("#try-text", "Queues at the old spring")
    expect(page.locator(".tried")).to_contain_text("“the old spring” in the title")

    page.click("text=Merge into another tag")
    page.get_by_label("Merge #Jermuk into").fill("#Spa")
    page.click("text=See what it would bring")
    expect(page.locator("#content")).to_contain_text("1 followers go along")
    page.click("button:text-is('Merge')")
    expect(page.locator(".messagelist")).to_contain_text("#Jermuk is part of #Spa now.")
    assert Tag.objects.get(pk=tag.pk).merged_into == other


def test_a_suggestion_becomes_a_tag(enter: Enter) -> None:
    make.suggestion("Lake Sevan")
    make.suggestion("Monday")
    page = enter("Curator").go("/admin/")

    page.click("text=2 suggested tags")
    act_on(page, "Accept: a new tag each", "Lake Sevan")
    expect(page.locator(".messagelist")).to_contain_text("Tags: #LakeSevan.")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)

    assert Tag.objects.get().label == "Lake Sevan"
    assert Suggestion.objects.get(state=Suggestion.State.OPEN).phrase == "Monday"


def test_a_blocked_phrase_hides_what_is_inside_of_it(enter: Enter) -> None:
    tag = make.tag("Karabakh")
    page = enter("Curator").go(address(Tag, "change", tag.pk))

    page.fill("#id_aliases-1-phrase", "Karabakh FK")
    page.fill("#try-text", "Karabakh FK wins")
    expect(page.locator(".tried")).to_contain_text("“karabakh fk” in the title")
    page.check("#id_aliases-1-is_blocked")
    expect(page.locator(".tried")).to_contain_text("None of the aliases above stands in it.")
    page.click("input[name=_continue]")
    page.fill("#try-text", "Karabakh FK wins")
    expect(page.locator(".tried")).to_contain_text("Blocked: Karabakh FK")

    assert Alias.objects.get(phrase="Karabakh FK").is_blocked


def test_new_aliases_are_counted_in_what_is_there_before_they_change_it(enter: Enter) -> None:
    tag, article = make.tag("Jermuk"), make.incoming("Queues at the old spa")
    tag_articles([article.pk])
    page = enter("Curator").go(address(Tag, "change", tag.pk))

    page.fill("#id_aliases-1-phrase", "the old spa")
    page.click("input[name=_continue]")
    page.click("text=those of the last 96 hours")
    expect(page.locator("progress")).to_be_visible()
    asked = Retagging.objects.get()
    assert not retagging.go_on(asked.pk)
    expect(page.locator("#live")).to_contain_text("1 of 1 articles", timeout=8_000)
    expect(page.locator(".field-gaining")).to_contain_text("Queues at the old spa")
    assert not ArticleTag.objects.exists()

    page.click(".breadcrumbs >> text=Retaggings")
    act_on(page, "Do it: nobody is alerted by it", "#Jermuk")
    expect(page.locator(".messagelist")).to_contain_text("1 begun.")
    assert not retagging.go_on(asked.pk)
    assert ArticleTag.objects.get().article == article


def test_a_tag_has_a_name_in_each_language(enter: Enter, visitor: Visitor) -> None:
    tag = make.tag("Jermuk")
    page = enter("Curator").go(address(Tag, "change", tag.pk))

    page.click("summary:has-text('In other languages')")
    page.fill("#id_label_hy", "Ջերմուկ")
    page.click("input[name=_save]")
    expect(page.locator(".messagelist")).to_contain_text("changed successfully")

    expect(visitor.go("/hy/hashtag/Jermuk").locator(".empty")).to_contain_text("Ջերմուկ")
    tag.refresh_from_db()
    assert tag.labels == {"hy": "Ջերմուկ"}
