"""Which articles tell of one event."""

import pytest
from playwright.sync_api import expect

from articles.models import StoryPair
from tests.browser.desk.conftest import Enter
from tests.browser.desk.scenes import make_pair

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_doubtful_pairs_are_settled_by_keys(enter: Enter) -> None:
    make_pair(Ferry="Opens.", Boat="Starts.")
    same = make_pair(Bridge="Closed.", Span="Shut.")
    page = enter("Curator").go("/admin/articles/storypair/decide/")
    expect(page.locator(".side").first).to_contain_text("Shut.")

    page.keyboard.press("s")
    expect(page.locator(".side").first).to_contain_text("Starts.")
    page.keyboard.press("n")
    expect(page.locator("#content")).to_contain_text("That was the last one")

    same.refresh_from_db()
    assert same.state == StoryPair.State.SAME
    assert StoryPair.objects.filter(state=StoryPair.State.APART).count() == 1
