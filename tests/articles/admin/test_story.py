import pytest
from django.test import Client

from articles.models import Correction, Story
from tests import make
from tests.desk import NO_FORM_ROWS, address, run_action

pytestmark = pytest.mark.django_db


def change(editor: Client, story: Story, **fields: str) -> None:
    forms = {
        f"{inline}-{name}": value
        for inline in ("articles", "corrections")
        for name, value in NO_FORM_ROWS.items()
    }
    answer = editor.post(address(Story, "change", story.pk), fields | forms)
    assert answer.status_code == 302


def test_stories_are_merged_into_the_one_that_began_first(editor: Client) -> None:
    first, second = (make.story_of(make.article()) for _ in range(2))

    page = run_action(editor, "merge", second, first)

    assert "2 stories are one now." in page
    second.refresh_from_db()
    assert second.merged_into == first
    correction = Correction.objects.get()
    assert correction.made_by is not None
    assert correction.made_by.email == "editor@example.org"


def test_what_cannot_be_merged_says_why(editor: Client) -> None:
    story = make.story_of(make.article())

    assert "Choose at least two stories." in run_action(editor, "merge", story)
    assert "Choose at least two stories." in run_action(editor, "link", story)
    assert not Correction.objects.exists()


def test_stories_of_two_languages_are_linked(editor: Client) -> None:
    english, armenian = (make.story_of(make.article()) for _ in range(2))
    Story.objects.filter(pk=armenian.pk).update(language="hy")

    run_action(editor, "link", english, armenian)

    armenian.refresh_from_db()
    assert armenian.linked_to == english


def test_lead_and_lock_are_corrections(editor: Client) -> None:
    first = make.article()
    story = make.story_of(first)
    second = make.article(of_story=story)

    change(editor, story, lead=str(second.pk), is_locked="on")
    change(editor, story, lead=str(second.pk))

    story.refresh_from_db()
    assert (story.lead, story.is_lead_chosen, story.is_locked) == (second, True, False)
    kinds = list(Correction.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["lock", "lead", "lock"]
    assert Correction.objects.get(kind="lead").before["lead"] == str(first.pk)
