"""Tags are tried, named and merged."""

import pytest
from playwright.sync_api import expect

from articles.models import Tag
from tests import make
from tests.browser.desk.conftest import Enter
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
