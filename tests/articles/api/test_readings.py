from uuid import uuid4

import pytest

from articles.models import Article, Reading
from tests import make
from tests.app import App

pytestmark = pytest.mark.django_db


def test_saved_articles_come_the_latest_saved_first(app: App) -> None:
    first, second, hidden = (make.article(title) for title in ("First", "Second", "Hidden"))
    for article in (second, hidden, first):
        assert app.ask("PUT", f"saved/{article.pk}").status_code == 204
    Article.objects.filter(pk=hidden.pk).update(is_hidden=True)

    saved = [card["title"] for card in app.ask("GET", "saved").json()["results"]]
    app.ask("DELETE", f"saved/{first.pk}")

    assert saved == ["First", "Second"]
    assert [card["title"] for card in app.ask("GET", "saved").json()["results"]] == ["Second"]


def test_pages_of_saved_articles_follow_each_other(app: App) -> None:
    articles = [make.article() for _ in range(5)]
    for article in articles:
        app.ask("PUT", f"saved/{article.pk}")

    first = app.ask("GET", "saved?limit=3").json()
    rest = app.get(first["next"]).json()

    seen = [card["id"] for card in first["results"] + rest["results"]]
    assert seen == [str(article.pk) for article in reversed(articles)]
    assert rest["next"] is None


def test_what_was_read_offline_is_told_at_once_and_unknown_articles_do_not_matter(app: App) -> None:
    articles = [make.article() for _ in range(3)]
    ids = [str(article.pk) for article in articles]

    told = app.ask("POST", "read", {"articles": [*ids, ids[0], str(uuid4())]})
    app.ask("DELETE", f"read/{ids[0]}")

    assert told.status_code == 204
    read = [each["article"] for each in app.ask("GET", "read").json()["results"]]
    assert sorted(read) == sorted(ids[1:])


def test_saving_and_reading_leave_each_other_alone(app: App) -> None:
    article = make.article()

    app.ask("PUT", f"saved/{article.pk}")
    app.ask("POST", "read", {"articles": [str(article.pk)]})
    app.ask("DELETE", f"saved/{article.pk}")

    reading = Reading.objects.get()
    assert reading.read_at is not None
    assert reading.saved_at is None


def test_an_article_that_is_not_there_cannot_be_saved(app: App) -> None:
    hidden = make.article(is_hidden=True)

    assert app.ask("PUT", f"saved/{hidden.pk}").status_code == 404
    assert app.ask("DELETE", f"saved/{uuid4()}").status_code == 204
    assert app.ask("POST", "read", {"articles": []}).status_code == 400
