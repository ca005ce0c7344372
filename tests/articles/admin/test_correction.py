import pytest
from django.test import Client

from articles import corrections
from articles.models import Article
from tests import make
from tests.desk import run_action

pytestmark = pytest.mark.django_db


def test_corrections_are_undone_the_newest_first(editor: Client) -> None:
    first, second, third = (make.story_of(make.article()) for _ in range(3))
    places = dict(Article.objects.values_list("pk", "story"))
    one = corrections.merge(second, [first], None, make.NOON)
    other = corrections.merge(third, [second], None, make.NOON)

    page = run_action(editor, "undo", one, other)

    assert page.count("Undone: stories merged") == 2
    assert dict(Article.objects.values_list("pk", "story")) == places
    assert "This was undone already." in run_action(editor, "undo", one)
