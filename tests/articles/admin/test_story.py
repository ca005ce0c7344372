import pytest
from django.test import Client

from articles.models import Article, Correction, Story
from notifications.models import Alert
from tests import make
from tests.desk import address, make_staff, no_rows, run_action

pytestmark = pytest.mark.django_db


def change(editor: Client, story: Story, **fields: str) -> None:
    forms = no_rows("corrections")
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


def test_a_story_becomes_part_of_another_from_its_own_page(editor: Client) -> None:
    first, second = (make.story_of(make.article()) for _ in range(2))

    lost = rearrange(editor, first, "merge", target="nowhere")
    page = rearrange(editor, first, "merge", target=address(Story, "change", second.pk))

    assert "Give the id or the address of the other story." in lost
    assert "See or undo it" in page
    first.refresh_from_db()
    assert first.merged_into == second


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


def rearrange(client: Client, story: Story, act: str, *ticked: Article, target: str = "") -> str:
    form = {"act": act, "article": [str(each.pk) for each in ticked], "target": target}
    answer = client.post(address(Story, "rearrange", story.pk), form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def make_told_twice() -> tuple[Story, Article, Article]:
    story = make.story()
    return story, make.article(of_story=story), make.article(of_story=story)


def test_ticked_articles_leave_their_story(editor: Client) -> None:
    story, first, second = make_told_twice()

    rearrange(editor, story, "split", second)

    second.refresh_from_db()
    assert second.story_id != story.pk
    assert story.articles.get() == first


@pytest.mark.parametrize("named", ["{}", "https://daily8.example/admin/articles/story/{}/change/"])
def test_ticked_articles_move_to_a_story_by_id_or_address(editor: Client, named: str) -> None:
    story, _, second = make_told_twice()
    other = make.story_of(make.article())

    rearrange(editor, story, "move", second, target=named.format(other.pk))

    assert second in other.articles.all()


def test_the_ticked_article_leads(editor: Client) -> None:
    story, _, second = make_told_twice()

    rearrange(editor, story, "lead", second)

    story.refresh_from_db()
    assert story.lead == second


def test_a_rearrangement_of_nothing_or_to_nowhere_is_said(editor: Client) -> None:
    story, _, second = make_told_twice()

    assert "Tick at least one" in rearrange(editor, story, "split")
    assert "id or the address" in rearrange(editor, story, "move", second, target="there")
    assert "whole story" in rearrange(editor, story, "split", *story.articles.all())


def test_only_a_curator_rearranges() -> None:
    story, _, second = make_told_twice()
    client = make_staff("Alert editor")

    answer = client.post(
        address(Story, "rearrange", story.pk), {"act": "split", "article": str(second.pk)}
    )

    assert answer.status_code == 403
    assert story.articles.count() == 2


def test_who_may_write_alerts_begins_one_from_a_story() -> None:
    story = make.story_of(make.article())
    pages = [
        make_staff(role).get(address(Story, "changelist")).content.decode()
        for role in ("Alert editor", "Curator")
    ]

    link = f"{address(Alert, 'add')}?story={story.pk}"
    assert [link in page for page in pages] == [True, False]


def test_a_story_that_is_part_of_another_is_listed_only_for_who_looks_for_it(
    editor: Client,
) -> None:
    whole, part = (make.story_of(make.article(title)) for title in ("Ferry", "Boat"))
    Story.objects.filter(pk=part.pk).update(merged_into=whole)
    url = address(Story, "changelist")

    listed, looked_for = (
        editor.get(url, query).context["cl"].result_list for query in ({}, {"merged": "yes"})
    )

    assert (list(listed), list(looked_for)) == ([whole], [part])
