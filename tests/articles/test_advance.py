"""An article's way through its states, with others at work on it."""

from datetime import timedelta

import pytest
from django.db import connection

from articles import advance, tasks
from articles.models import Article, ArticleTag
from tests import make
from tests.make import NOON


@pytest.mark.django_db
def test_an_article_ends_tagged_in_a_story_and_announced() -> None:
    make.tag("Railways", "railway")
    article = make.incoming("The railway opens")

    assert advance.advance_articles([article.pk]) == [article.pk]

    article.refresh_from_db()
    assert article.state == Article.State.ANNOUNCED
    assert article.story is not None
    assert ArticleTag.objects.get().article == article
    assert advance.find_passed_over([article.pk]) == []


@pytest.mark.django_db
def test_what_waits_for_its_page_is_not_passed_over() -> None:
    waiting = make.incoming("A report", state=Article.State.WAITING)
    stored = make.incoming("Another report")

    assert advance.find_passed_over([waiting.pk, stored.pk]) == [stored.pk]
    assert advance.find_left_behind(NOON) == []
    assert set(advance.find_left_behind(NOON + timedelta(minutes=1))) >= {stored.pk}


@pytest.mark.django_db(transaction=True)
def test_an_article_that_somebody_holds_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    article = make.incoming("The railway opens")
    asked: list[tuple[object, float]] = []
    monkeypatch.setattr(
        tasks.advance_articles,
        "apply_async",
        lambda arguments, countdown: asked.append((arguments, countdown)),
    )
    monkeypatch.setattr(tasks.collect_suggestions, "delay", lambda _: None)

    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM articles_article FOR NO KEY UPDATE")
        tasks.advance_articles([str(article.pk)])
        assert asked == [(([str(article.pk)], 4), tasks.AGAIN)]
        tasks.advance_articles([str(article.pk)], 0)
        assert len(asked) == 1
    finally:
        other.rollback()
        other.close()

    tasks.advance_articles(*asked[0][0])  # type: ignore[misc]  # as a worker would run it

    article.refresh_from_db()
    assert article.state == Article.State.ANNOUNCED
    assert len(asked) == 1
