import pytest
from django.test import Client

from articles import corrections
from articles.models import Article, Correction
from tests import make
from tests.desk import address, make_staff, run_action

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


def test_a_correction_is_undone_on_its_own_page_by_who_may(editor: Client) -> None:
    first, second = (make.story_of(make.article()) for _ in range(2))
    one = corrections.merge(second, [first], None, make.NOON)
    page, undo = (address(Correction, name, one.pk) for name in ("change", "undo"))

    assert make_staff("Alert editor").post(undo).status_code == 403
    assert "Undo it" in editor.get(page).content.decode()
    after = editor.post(undo, follow=True).content.decode()

    assert "Undone: stories merged" in after
    assert "Undo it" not in after
    first.refresh_from_db()
    assert first.merged_into is None
