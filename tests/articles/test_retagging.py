from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from articles import corrections, retagging
from articles.gazetteer import tag_articles
from articles.models import Alias, Article, ArticleTag, Retagging, Tag
from tests import make

pytestmark = pytest.mark.django_db


def run(asked: Retagging) -> Retagging:
    while retagging.go_on(asked.pk):
        pass
    asked.refresh_from_db()
    return asked


@pytest.fixture
def tag() -> Tag:
    """A tag that had no word for its town yet, and one that it no longer has."""
    tag = make.tag("Jermuk", "the spa")
    articles = [
        make.incoming("A festival in Jermuk"),
        make.incoming("Queues at the spa"),
        make.incoming("Boats on Lake Sevan"),
    ]
    tag_articles([article.pk for article in articles])
    Alias.objects.filter(phrase="the spa").delete()
    Alias.objects.create(tag=tag, phrase="Jermuk")
    return tag


def titles(ids: list[UUID]) -> set[str]:
    return set(Article.objects.filter(pk__in=ids).values_list("title", flat=True))


def test_a_preview_counts_and_changes_nothing(tag: Tag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retagging, "ARTICLES_AT_ONCE", 2)

    asked = run(retagging.begin(tag, None, timezone.now()))

    assert asked.state == Retagging.State.COUNTED
    assert (titles(asked.gained), titles(asked.lost)) == (
        {"A festival in Jermuk"},
        {"Queues at the spa"},
    )
    assert (asked.article_count, asked.total_count) == (3, 3)
    assert ArticleTag.objects.get().article.title == "Queues at the spa"


def test_what_was_counted_is_done_once_and_alerts_nobody(
    tag: Tag, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retagging, "ARTICLES_AT_ONCE", 1)
    asked = run(retagging.begin(tag, None, timezone.now()))

    assert retagging.apply(asked)
    assert not retagging.apply(asked)
    run(asked)

    row = ArticleTag.objects.get()
    assert (row.article.title, row.is_late) == ("A festival in Jermuk", True)
    assert asked.state == Retagging.State.APPLIED
    assert not retagging.go_on(asked.pk)


def test_what_an_editor_did_stays(tag: Tag) -> None:
    queues, festival = Article.objects.order_by("-title")[0], Article.objects.order_by("title")[0]
    ArticleTag.objects.update(why=[])  # put there by hand
    ArticleTag.objects.create(
        article=festival, tag=tag, rule="page", mention_count=1, published_at=make.NOON
    )
    corrections.untag(festival, tag, None, timezone.now())

    asked = run(retagging.begin(tag, None, timezone.now()))
    retagging.apply(asked)
    run(asked)

    assert (asked.gained, asked.lost) == ([], [])
    assert ArticleTag.objects.get().article == queues


def test_only_articles_of_the_last_96_hours_are_looked_at(tag: Tag) -> None:
    asked = run(retagging.begin(tag, None, timezone.now() + timedelta(hours=97)))

    assert (asked.total_count, asked.gained, asked.state) == (0, [], "counted")
