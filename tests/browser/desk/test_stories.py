"""Which articles tell of one event."""

import pytest
from playwright.sync_api import expect

from articles.models import Article, Correction, Story, StoryPair
from tests import make
from tests.browser.desk.conftest import Enter
from tests.browser.desk.scenes import act_on, make_pair
from tests.desk import address

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


def test_stories_are_merged_and_come_apart_again(enter: Enter) -> None:
    first, second = (make.story_of(make.article(title)) for title in ("Ferry", "Boat"))
    curator = enter("Curator")
    page = curator.go(address(Story, "changelist"))

    act_on(page, "Merge into the one that began first", "Ferry", "Boat")
    expect(page.locator(".messagelist")).to_contain_text("2 stories are one now.")
    second.refresh_from_db()
    assert second.merged_into == first
    assert first.articles.count() == 2

    page = curator.go(address(Correction, "changelist"))
    act_on(page, "Undo", "Ferry")
    expect(page.locator(".messagelist")).to_contain_text("Undone: stories merged")
    second.refresh_from_db()
    assert second.merged_into is None
    assert first.articles.count() == 1


def test_ticked_articles_leave_a_story_move_to_another_and_lead(enter: Enter) -> None:
    story, other = make.story(), make.story_of(make.article("Ferry"))
    for title in ("Bridge", "Span", "Harvest", "Sailing"):
        make.article(title, of_story=story)
    curator = enter("Curator")
    page = curator.go(address(Story, "change", story.pk))

    page.get_by_label("Harvest").check()
    page.click("text=Split the ticked ones off")
    expect(page.locator(".messagelist")).to_contain_text("1 tell a story of their own now.")
    page.get_by_label("Sailing").check()
    page.fill("#target", curator.site + address(Story, "change", other.pk))
    page.click("text=Move the ticked ones there")
    expect(page.locator(".messagelist")).to_contain_text("1 moved to “Ferry”.")
    page.get_by_label("Span").check()
    page.click("text=Let the ticked one lead")
    expect(page.locator(".told-by li").filter(has_text="leads")).to_contain_text("Span")

    assert {each.title for each in story.articles.all()} == {"Bridge", "Span"}
    assert {each.title for each in other.articles.all()} == {"Ferry", "Sailing"}
    assert Article.objects.get(title="Harvest").story not in {story, other}


def test_a_locked_story_is_joined_by_nothing(enter: Enter) -> None:
    story = make.story_of(make.article("Bridge"))
    page = enter("Curator").go(address(Story, "change", story.pk))

    page.check("#id_is_locked")
    page.click("input[name=_continue]")
    expect(page.locator(".messagelist")).to_contain_text("No article joins it by itself.")

    story.refresh_from_db()
    assert story.is_locked
