import pytest

from articles.api.paging import write_cursor
from articles.api.sync import NAME
from articles.models import Article, ArticleTag
from articles.syncing import begin_at, find_now
from tests import make
from tests.app import App

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_app_learns_first_what_is_mine_and_then_what_changes() -> None:
    app, publisher = App(), make.publisher("Courier")
    tag = make.tag("Bridges")
    app.ask("PUT", "follows/Bridges", {"level": "top"})
    app.ask("PUT", "mutes/courier")
    old = make.article("Old", tags=[tag])
    app.ask("PUT", f"saved/{old.pk}")

    first = app.ask("GET", "sync").json()
    new = make.article("New", tags=[tag], by=publisher)
    Article.objects.filter(pk=old.pk).update(is_hidden=True)
    app.ask("DELETE", "follows/Bridges")
    app.ask("DELETE", "mutes/courier")
    make.follow(app.reader, make.tag("Rivers"))
    second = app.ask("GET", f"sync?cursor={first['cursor']}").json()

    assert [(each["tag"]["name"], each["level"]) for each in first["follows"]] == [
        ("Bridges", "top")
    ]
    assert [each["is_muted"] for each in first["mutes"]] == [True]
    assert [each["article"] for each in first["readings"]] == [str(old.pk)]
    assert (first["articles"], first["is_complete"]) == ([], True)
    assert [(each["tag"]["name"], each["level"]) for each in second["follows"]] == [
        ("Bridges", "none"),
        ("Rivers", "all"),
    ]
    assert [each["is_muted"] for each in second["mutes"]] == [False]
    assert second["readings"] == []
    assert str(new.pk) not in second["removed"]


def test_articles_come_with_their_stories_and_hidden_ones_as_removed() -> None:
    app, tag = App(), make.tag("Bridges")
    make.follow(app.reader, tag)
    old, lost = make.article("Old", tags=[tag]), make.article("Lost", tags=[tag])
    cursor = app.ask("GET", "sync").json()["cursor"]

    new = make.article("New", tags=[tag])
    Article.objects.filter(pk=old.pk).update(is_hidden=True)
    ArticleTag.objects.filter(article=lost).delete()
    changes = app.ask("GET", f"sync?cursor={cursor}").json()

    assert [card["title"] for card in changes["articles"]] == ["New"]
    assert [story["id"] for story in changes["stories"]] == [str(new.story_id)]
    assert changes["removed"] == [str(old.pk)]
    assert changes["untagged"] == [str(lost.pk)]
    assert app.ask("GET", "sync?cursor=made-up").status_code == 400


def test_a_cursor_from_before_a_kind_of_change_was_told_goes_on() -> None:
    app, tag = App(), make.tag("Bridges")
    make.follow(app.reader, tag)
    now = find_now()
    older = write_cursor([*begin_at(now).values()][:-1], NAME)
    new = make.article("New", tags=[tag])

    changes = app.ask("GET", f"sync?cursor={older}").json()

    assert [card["id"] for card in changes["articles"]] == [str(new.pk)]
    assert changes["untagged"] == []
    assert changes["is_complete"]
