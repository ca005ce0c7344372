from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from articles import retagging
from articles.gazetteer import tag_articles
from articles.models import Alias, ArticleTag, Retagging, Tag
from tests import make
from tests.desk import address, make_staff, run_action

pytestmark = pytest.mark.django_db
Capture = Callable[..., Any]


def test_a_tag_is_merged_into_the_one_that_is_named(editor: Client) -> None:
    old, new = make.tag("Artsakh"), make.tag("NagornoKarabakh")

    page = run_action(editor, "merge", old, target="NagornoKarabakh")

    assert "#Artsakh is part of #NagornoKarabakh now." in page
    old.refresh_from_db()
    assert old.merged_into == new
    assert "There is no tag #Nowhere" in run_action(editor, "merge", new, target="Nowhere")


def test_a_new_alias_is_counted_in_what_is_there_and_done_when_asked(
    editor: Client, django_capture_on_commit_callbacks: Capture, sent: list[int]
) -> None:
    tag = make.tag("Jermuk")
    article = make.incoming("Queues at the old spa")
    tag_articles([article.pk])

    with django_capture_on_commit_callbacks(execute=True):
        page = add_alias(editor, tag, "the old spa")

    asked = Retagging.objects.get()
    assert sent == [asked.pk]
    assert address(Retagging, "change", asked.pk) in page
    assert not retagging.go_on(asked.pk)
    shown = editor.get(address(Retagging, "change", asked.pk)).content.decode()
    assert "Queues at the old spa" in shown
    assert "1 of 1 articles" in shown
    assert not ArticleTag.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):
        assert "1 begun" in run_action(editor, "apply", asked)

    assert sent == [asked.pk] * 2
    assert not retagging.go_on(asked.pk)
    assert ArticleTag.objects.get().article == article


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the admin hands to the workers."""
    ids: list[int] = []
    monkeypatch.setattr("articles.admin.tag.retag.delay", ids.append)
    return ids


def add_alias(editor: Client, tag: Tag, phrase: str) -> str:
    known = Alias.objects.get(tag=tag)
    facts = {"name": tag.name, "slug": tag.slug, "label": tag.label, "kind": "place"}
    forms = {
        "labels": "{}",
        "aliases-TOTAL_FORMS": "2",
        "aliases-INITIAL_FORMS": "1",
        "aliases-0-id": str(known.pk),
        "aliases-0-tag": str(tag.pk),
        "aliases-0-phrase": known.phrase,
        "aliases-1-tag": str(tag.pk),
        "aliases-1-phrase": phrase,
    }
    answer = editor.post(
        address(Tag, "change", tag.pk), {**facts, **forms, "is_active": "on"}, follow=True
    )
    return answer.content.decode()


def test_a_preview_that_is_not_counted_yet_is_not_done(editor: Client) -> None:
    asked = retagging.begin(make.tag(), None, timezone.now())

    assert "0 begun" in run_action(editor, "apply", asked)


def test_a_text_is_tried_on_aliases_that_are_not_saved_yet() -> None:
    make.tag("Jermuk", "Jermuk")
    curator = make_staff("Curator")

    text = "Queues at the old spa\nJermuk is full.\nJermuk FK is not."
    page = curator.post(address(Tag, "try"), {"text": text, "aliases-0-phrase": "the old spa"})

    told = " ".join(page.content.decode().split())
    assert "#this tag" in told
    assert "“the old spa” in the title" in told
    assert "#Jermuk" in told


@pytest.mark.parametrize("part", ["is_blocked", "is_title_only", "is_case_sensitive", "DELETE"])
def test_a_text_is_tried_on_aliases_as_their_form_limits_them(editor: Client, part: str) -> None:
    form = {"aliases-0-phrase": "Old Spa", f"aliases-0-{part}": "on"}

    page = editor.post(address(Tag, "try"), {"text": "Queues\nat the old spa", **form})

    assert "None of the aliases above" in page.content.decode()


def test_blocked_phrases_are_named_where_a_text_has_them(editor: Client) -> None:
    Alias.objects.create(tag=make.tag("Karabakh"), phrase="Karabakh FK", is_blocked=True)

    page = editor.post(address(Tag, "try"), {"text": "Karabakh FK wins"}).content.decode()

    assert "Blocked: Karabakh FK" in page


def test_a_merge_is_seen_before_it_is_done() -> None:
    old, new = make.tag("Artsakh"), make.tag("NagornoKarabakh")
    both = make.reader()
    make.follow(both, old)
    make.follow(both, new)
    make.follow(make.reader(), old)
    make.article(tags=[old])
    curator = make_staff("Curator")
    url = address(Tag, "merge", old.pk)

    page = " ".join(curator.get(url, {"target": "#nagornokarabakh"}).content.decode().split())
    before = Tag.objects.get(pk=old.pk).merged_into
    curator.post(url, {"target": new.name})

    assert "<strong>2</strong> followers go along, of whom 1 follow both" in page
    assert "<strong>1</strong> articles" in page
    assert "/hashtag/Artsakh" in page
    assert (before, Tag.objects.get(pk=old.pk).merged_into) == (None, new)


def test_a_tag_is_named_in_other_languages(editor: Client) -> None:
    tag = make.tag("Jermuk")
    Tag.objects.filter(pk=tag.pk).update(labels={"fr": "Djermouk"})
    facts = {"name": "Jermuk", "slug": "jermuk", "label": "Jermuk", "kind": "place"}
    forms = {"aliases-TOTAL_FORMS": "0", "aliases-INITIAL_FORMS": "0"}

    editor.post(address(Tag, "change", tag.pk), {**facts, **forms, "label_hy": "Ջերմուկ"})

    assert Tag.objects.get().labels == {"fr": "Djermouk", "hy": "Ջերմուկ"}


@pytest.mark.parametrize("role", ["Alert editor", "Publisher manager", "Auditor"])
def test_other_roles_merge_no_tags(role: str) -> None:
    old, new = make.tag("Artsakh"), make.tag("NagornoKarabakh")

    answer = make_staff(role).post(address(Tag, "merge", old.pk), {"target": new.name})

    assert answer.status_code == 403
    assert Tag.objects.get(pk=old.pk).merged_into is None
