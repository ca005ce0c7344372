"""Long actions go on piece by piece, whoever is killed, and say what they did and could not do."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry

from articles import bulk, corrections, long_actions
from articles.feeds.opml import Outline
from articles.models import Article, Feed, LongAction, Publisher, Tag
from articles.tasks import sweep_articles
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
Kind = LongAction.Kind


def run(action: LongAction) -> LongAction:
    while long_actions.go_on(action.pk, NOON):
        pass
    action.refresh_from_db()
    return action


def begin_hiding(*articles: Article) -> LongAction:
    ids = [str(article.pk) for article in articles]
    return long_actions.begin(Kind.HIDE, "Hide", ids, make.reader("ed@example.org"), NOON)


def test_articles_are_changed_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_actions, "ARTICLES", 2)
    one, hidden, other = make.article(), make.article(is_hidden=True), make.article()
    action = begin_hiding(one, hidden, other)

    assert long_actions.go_on(action.pk, NOON)

    action.refresh_from_db()
    assert (action.done_count, action.changed_count, action.ended_at) == (2, 1, None)
    assert list(Article.objects.shown()) == [other]
    assert not long_actions.go_on(action.pk, NOON)
    action.refresh_from_db()
    assert (action.done_count, action.changed_count, action.ended_at) == (3, 2, NOON)
    assert not Article.objects.shown()
    assert LogEntry.objects.filter(change_message="hidden from the list").count() == 2


def test_a_piece_that_fails_is_left_to_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    article = make.article()
    action = begin_hiding(article)
    with monkeypatch.context() as broken:
        broken.setattr(bulk, "change_rows", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            long_actions.go_on(action.pk, NOON)

    assert run(action).changed_count == 1
    assert not long_actions.go_on(action.pk, NOON)


def test_what_a_lost_worker_began_is_found_and_handed_to_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    action = begin_hiding(make.article())
    long_ago = long_actions.LEFT_BEHIND + timedelta(seconds=1)

    assert not long_actions.find_left_behind(NOON)
    assert list(long_actions.find_left_behind(NOON + long_ago)) == [action.pk]
    sent: list[int] = []
    monkeypatch.setattr("articles.tasks.go_on_with.delay", sent.append)
    sweep_articles()
    assert sent == [action.pk]


def test_nothing_to_do_is_done_at_once() -> None:
    assert long_actions.begin(Kind.HIDE, "Hide", [], None, NOON).ended_at == NOON


@pytest.mark.parametrize("kind", bulk.DONE)
def test_every_decision_about_articles_can_be_long(kind: LongAction.Kind) -> None:
    target = make.section() if kind == Kind.SECTION else make.tag()
    article = make.article(
        review=Article.Review.WAITING, is_locked=True, is_hidden=kind == Kind.SHOW
    )
    if kind == Kind.SHOW:
        Article.objects.update(review=Article.Review.UNNEEDED)

    action = long_actions.begin(kind, "Many", [str(article.pk)], None, NOON, str(target.pk))

    assert run(action).changed_count == 1


def test_tags_are_merged_and_the_merge_is_undone() -> None:
    tag, into = make.tag("Artsakh"), make.tag("NagornoKarabakh")
    reader = make.reader()
    make.follow(reader, tag)

    merged = run(
        long_actions.begin(Kind.MERGE_TAGS, "Merge", [str(tag.pk)], None, NOON, str(into.pk))
    )

    tag.refresh_from_db()
    assert (merged.changed_count, tag.merged_into) == (1, into)
    assert reader.follows.current().filter(tag=into).exists()
    correction = tag.corrections.get()
    undone = run(long_actions.begin(Kind.UNDO, "Undo", [correction.pk], None, NOON))
    tag.refresh_from_db()
    assert (undone.changed_count, tag.merged_into) == (1, None)


def test_what_the_rules_refuse_is_said_and_the_rest_is_done() -> None:
    merged, tag, into = (make.tag(name) for name in ("Merged", "Other", "Into"))
    corrections.merge_tags(merged, into, None, NOON)

    action = run(
        long_actions.begin(
            Kind.MERGE_TAGS, "Merge", [str(merged.pk), str(tag.pk)], None, NOON, str(into.pk)
        )
    )

    assert action.changed_count == 1
    assert action.refused == ["#Merged: One of these is part of another tag already."]
    assert set(Tag.objects.filter(merged_into=into)) == {merged, tag}


def test_a_long_list_of_feeds_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_actions, "FEEDS", 3)
    urls = [f"https://feeds{number}.example/rss" for number in range(7)]
    outlines = [asdict(Outline(feed_url=url)) for url in (*urls, "http://169.254.169.254/")]

    action = run(long_actions.begin(Kind.IMPORT_FEEDS, "8 feeds", outlines, None, NOON))

    assert (action.done_count, action.changed_count) == (8, 7)
    assert action.refused == ["no address to fetch: http://169.254.169.254/"]
    assert (Feed.objects.count(), Publisher.objects.count()) == (7, 7)
