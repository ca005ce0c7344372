import threading
from typing import Any

import pytest
from django.db import connection, transaction

from articles import corrections
from articles.models import Article, ArticleTag, Follow, Reader, Story, Untagging
from articles.syncing import LOOK, Changes, begin_at, find_changes, find_now
from tests import make

# Other transactions have to end for real, so each test commits.
pytestmark = pytest.mark.django_db(transaction=True)


def look(reader: Reader, changes: Changes, limit: int = 100) -> Changes:
    return find_changes(reader.pk, changes.seen, limit)


def begin(reader: Reader) -> Changes:
    return find_changes(reader.pk, begin_at(find_now()), 100)


def test_new_and_changed_articles_of_my_tags_are_told_once() -> None:
    reader, tag = make.reader(), make.tag()
    make.follow(reader, tag)
    make.article("Before", tags=[tag])
    first = begin(reader)
    article = make.article("After", tags=[tag])
    make.article("Of others", tags=[make.tag()])

    second = look(reader, first)
    third = look(reader, second)
    Article.objects.filter(pk=article.pk).update(title="Edited")
    fourth = look(reader, third)

    assert second.ids["articles"] == fourth.ids["articles"] == [str(article.pk)]
    assert second.ids["stories"] == [str(article.story_id)]
    assert second.is_complete
    assert first.ids["articles"] == third.ids["articles"] == []


def test_what_commits_late_is_not_lost_however_transactions_overlap() -> None:
    reader, tag = make.reader(), make.tag()
    make.follow(reader, tag)
    seen = begin(reader)
    written, may_commit = threading.Event(), threading.Event()
    late: list[str] = []

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                late.append(str(make.article("Late", tags=[tag]).pk))
                written.set()
                may_commit.wait(20)
        finally:
            connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert written.wait(20)
    early = str(make.article("Early", tags=[tag]).pk)
    during = look(reader, seen)
    may_commit.set()
    writer.join()
    after = look(reader, during)

    assert sorted(during.ids["articles"] + after.ids["articles"]) == sorted([early, *late])


def test_parts_follow_each_other_until_all_is_told() -> None:
    reader, tag = make.reader(), make.tag()
    make.follow(reader, tag)
    changes = begin(reader)
    with transaction.atomic():  # all in one transaction: its number alone tells nothing
        articles = {str(make.article(tags=[tag]).pk) for _ in range(7)}

    told: list[str] = []
    for part in range(4):
        changes = look(reader, changes, 2)
        told += changes.ids["articles"]
        assert changes.is_complete == (part == 3)

    assert sorted(told) == sorted(articles)


def test_many_articles_of_others_are_passed_over_in_parts() -> None:
    reader, tag = make.reader(), make.tag()
    make.follow(reader, tag)
    changes = begin(reader)
    make.many_incoming([("Of others", "")] * LOOK, every=make.NOON - make.NOON)
    mine = make.article(tags=[tag])

    changes = look(reader, changes)
    again = look(reader, changes)

    assert (changes.ids["articles"], changes.is_complete) == ([], False)
    assert (again.ids["articles"], again.is_complete) == ([str(mine.pk)], True)


@pytest.mark.parametrize("change", ["tagged late", "story merged"])
def test_what_editors_correct_is_a_change(change: str) -> None:
    reader, tag = make.reader(), make.tag()
    make.follow(reader, tag)
    article = make.article(tags=[tag])
    changes = begin(reader)

    def correct() -> dict[str, Any]:
        if change == "story merged":
            Story.objects.filter(articles=article).update(merged_into=make.story())
            return {"stories": [str(article.story_id)]}
        other = make.article()
        ArticleTag.objects.create(
            article=other, tag=tag, rule="page", mention_count=1, published_at=make.NOON
        )
        Article.objects.filter(pk=other.pk).mark_changed()
        return {"articles": [str(other.pk)], "stories": [str(other.story_id)]}

    expected = correct()

    assert {kind: ids for kind, ids in look(reader, changes).ids.items() if ids} == expected


def test_an_end_is_told_too() -> None:
    reader, tag = make.reader(), make.tag()
    follow = make.follow(reader, tag)
    changes = begin(reader)
    Follow.objects.end(reader.pk, tag, make.NOON)

    assert look(reader, changes).ids["follows"] == [str(follow.pk)]


def test_an_article_that_is_about_none_of_my_tags_any_more_is_told() -> None:
    reader, mine, also, muted = make.reader(), make.tag(), make.tag(), make.tag()
    make.follow(reader, mine)
    make.follow(reader, also)
    make.follow(reader, muted, Follow.Level.MUTE)
    left, kept, put_back = (
        make.article(tags=tags) for tags in ([mine], [mine, also], [mine, muted])
    )
    make.article(tags=[muted])
    changes = begin(reader)

    ArticleTag.objects.filter(article=left).delete()
    ArticleTag.objects.filter(article=kept, tag=mine).delete()
    ArticleTag.objects.filter(tag=muted).delete()
    with transaction.atomic():  # as tagging anew does
        rows = list(ArticleTag.objects.filter(article=put_back))
        ArticleTag.objects.filter(article=put_back).delete()
        ArticleTag.objects.bulk_create(rows)
    changes = look(reader, changes)
    again = look(reader, changes)

    told = Untagging.objects.filter(pk__in=changes.ids["untagged"])
    assert [row.article_id for row in told] == [left.pk]
    assert again.ids["untagged"] == []
    assert again.is_complete


def test_taking_a_tag_back_and_again_is_told_each_time() -> None:
    reader, tag = make.reader(), make.tag()
    make.follow(reader, tag)
    article = make.article(tags=[tag])
    changes = begin(reader)

    correction = corrections.untag(article, tag, None, make.NOON)
    changes = look(reader, changes)
    corrections.undo(correction, None, make.NOON)
    again = look(reader, changes)

    assert len(changes.ids["untagged"]) == 1
    assert (again.ids["articles"], again.ids["untagged"]) == ([str(article.pk)], [])
