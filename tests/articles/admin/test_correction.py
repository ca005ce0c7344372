import pytest
from django.test import Client

from articles import corrections
from articles.models import Article, Story, StoryPair
from tests import make
from tests.desk import run_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> StoryPair:
    story, other = (make.story_of(make.article()) for _ in range(2))
    return StoryPair.objects.create(story=story, other=other, likeness=0.14)


def test_a_doubtful_pair_is_merged(editor: Client, pair: StoryPair) -> None:
    run_action(editor, "merge", pair)

    pair.refresh_from_db()
    assert pair.state == StoryPair.State.SAME
    assert Story.objects.get(pk=pair.story_id).merged_into == pair.other


def test_a_doubtful_pair_is_kept_apart(editor: Client, pair: StoryPair) -> None:
    run_action(editor, "keep_apart", pair)

    pair.refresh_from_db()
    assert pair.state == StoryPair.State.APART


def test_corrections_are_undone_the_newest_first(editor: Client) -> None:
    first, second, third = (make.story_of(make.article()) for _ in range(3))
    places = dict(Article.objects.values_list("pk", "story"))
    one = corrections.merge(second, [first], None, make.NOON)
    other = corrections.merge(third, [second], None, make.NOON)

    page = run_action(editor, "undo", one, other)

    assert page.count("Undone: stories merged") == 2
    assert dict(Article.objects.values_list("pk", "story")) == places
    assert "This was undone already." in run_action(editor, "undo", one)
