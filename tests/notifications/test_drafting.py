import pytest

from articles.models import Story
from notifications.drafting import begin_draft, told_before
from notifications.models import Alert
from tests import make
from tests.told import plan

pytestmark = pytest.mark.django_db


def test_a_story_told_in_two_languages_is_drafted_in_both() -> None:
    english = make.story_of(make.article("Bridge closed", tags=[make.tag("Bridges")]))
    armenian = make.story_of(make.article("Կամուրջը փակ է", tags=[make.tag("Rivers")]))
    Story.objects.filter(pk=armenian.pk).update(language="hy", linked_to=english)

    draft = begin_draft(Story.objects.get(pk=english.pk))

    assert draft["title"] == "Bridge closed"
    assert draft["variants"]["hy"]["title"] == "Կամուրջը փակ է"
    assert [tag.name for tag in draft["tags"]] == ["Bridges", "Rivers"]


def test_tags_for_pages_only_are_not_proposed() -> None:
    tag = make.tag()
    tag.may_alert = False
    tag.save()
    story = make.story_of(make.article(tags=[tag]))

    assert begin_draft(story)["tags"] == []


def test_a_draft_is_nothing_that_readers_have_heard() -> None:
    tag = make.tag()
    alert = plan(tag)
    untold = make.story_of(make.article(tags=[tag]))
    Alert.objects.create(
        story=untold, title="t", link="l", published_at=make.NOON, expires_at=make.NOON
    )

    assert alert.story
    assert told_before(alert.story) == alert
    assert told_before(untold) is None
