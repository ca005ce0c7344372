"""What an editor should not wait for is begun, and its page says how far it is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from articles import long_actions, tag_merging
from articles.admin import article as article_admin
from articles.admin import feed as feed_admin
from articles.feeds.opml import Outline, write_opml
from articles.models import Article, Correction, Feed, LongAction
from tests import make
from tests.desk import address, make_staff, run_action

pytestmark = pytest.mark.django_db
Capture = Callable[..., Any]


@pytest.fixture(autouse=True)
def _working(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that begins as soon as the editor's request is over."""

    def work(action_id: int) -> None:
        while long_actions.go_on(action_id, make.NOON):
            pass

    monkeypatch.setattr("articles.admin.long_action.go_on_with.delay", work)


def test_many_articles_are_changed_by_a_worker(
    editor: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture
) -> None:
    monkeypatch.setattr(article_admin, "AT_ONCE", 1)
    articles = [make.article(), make.article()]

    with django_capture_on_commit_callbacks() as begun:
        page = run_action(editor, "hide", *articles)

    action = LongAction.objects.get()
    assert "2 articles hidden: begun." in page
    assert address(LongAction, "change", action.pk) in page
    assert Article.objects.shown().count() == 2
    before = editor.get(address(LongAction, "change", action.pk)).content.decode()
    for callback in begun:
        callback()
    after = editor.get(address(LongAction, "change", action.pk)).content.decode()
    assert not Article.objects.shown()
    assert "0 of 2 done" in before
    assert "2 of 2 done" in after
    assert ("data-over" in before, "data-over" in after) == (False, True)


def test_too_many_at_once_are_refused(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article_admin, "MOST", 1)

    page = run_action(editor, "hide", make.article(), make.article())

    assert "These are more than 1: filter the list first." in page
    assert Article.objects.shown().count() == 2


def test_a_tag_with_many_followers_is_merged_and_unmerged_by_a_worker(
    editor: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture
) -> None:
    monkeypatch.setattr(tag_merging, "LARGE", 1)
    tag, into = make.tag("Artsakh"), make.tag("NagornoKarabakh")
    make.follow(make.reader(), tag)

    with django_capture_on_commit_callbacks(execute=True):
        page = run_action(editor, "merge", tag, target="NagornoKarabakh")
    tag.refresh_from_db()
    assert "Merge #Artsakh into #NagornoKarabakh: begun." in page
    assert tag.merged_into == into

    with django_capture_on_commit_callbacks(execute=True):
        page = run_action(editor, "undo", Correction.objects.get())
    tag.refresh_from_db()
    assert "Undo: tags merged: #Artsakh: begun." in page
    assert tag.merged_into is None


def test_a_long_list_of_feeds_is_added_by_a_worker(
    editor: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture
) -> None:
    monkeypatch.setattr(feed_admin, "AT_ONCE", 1)
    outlines = [Outline(feed_url=f"https://feeds{number}.example/") for number in range(2)]
    upload = SimpleUploadedFile("mine.opml", write_opml("Feeds", outlines, make.NOON))

    with django_capture_on_commit_callbacks(execute=True):
        page = editor.post(address(Feed, "import"), {"list": upload}, follow=True)

    assert "2 feeds of mine.opml: begun." in page.content.decode()
    assert Feed.objects.count() == 2


@pytest.mark.parametrize(
    ("role", "status"),
    [("Curator", 200), ("Publisher manager", 200), ("Auditor", 200), ("Alert editor", 403)],
)
def test_who_may_see_how_far_it_is(role: str, status: int) -> None:
    assert make_staff(role).get(address(LongAction, "changelist")).status_code == status


def test_what_could_not_be_done_is_told(editor: Client) -> None:
    action = LongAction.objects.create(
        kind=LongAction.Kind.MERGE_TAGS,
        title="Merge",
        todo=["1"],
        total_count=1,
        refused=["#A <b>: no."],
        asked_at=make.NOON,
        moved_at=make.NOON,
    )

    page = editor.get(address(LongAction, "change", action.pk)).content.decode()

    assert "#A &lt;b&gt;: no." in page
    assert "under way" in page
