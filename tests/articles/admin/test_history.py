"""Versions of what editors change, and the way back."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from articles import ingest
from articles.models import Alias, Article, Feed, Publisher, Reader, Section, Tag
from tests import make
from tests.desk import address, make_editor, make_staff, no_rows, run_action
from tests.make import NOON
from tests.publishers import Item, PublisherServer

pytestmark = pytest.mark.django_db


def rewrite(client: Client, article: Article, **changes: object) -> None:
    """As the article's page would send it."""
    page = client.get(address(Article, "change", article.pk))
    form = page.context["adminform"].form
    sent = {name: form.initial.get(name) for name in form.fields} | changes
    for formset in page.context["inline_admin_formsets"]:
        prefix = formset.formset.prefix
        sent |= no_rows(prefix)
    given = {name: value for name, value in sent.items() if value not in (None, False)}
    answer = client.post(address(Article, "change", article.pk), given)
    assert answer.status_code == 302, answer.context["errors"]


def go_back(client: Client, version: object, **changes: object) -> int:
    """The status of going back to a version with its page's own button."""
    model, pk = type(version.instance), version.instance.pk  # type: ignore[attr-defined]  # made at run time
    page = address(model, "simple_history", pk, version.pk)  # type: ignore[attr-defined]  # as above
    shown = client.get(page)
    if shown.status_code != 200:
        return shown.status_code
    form = shown.context["adminform"].form
    sent = {name: form.initial.get(name) for name in form.fields} | changes
    given = {name: value for name, value in sent.items() if value not in (None, False)}
    return client.post(page, given).status_code


def test_a_title_that_was_rewritten_goes_back_with_lock_and_original() -> None:
    client, article = make_editor(), make.article("What they wrote", summary="A text.")

    rewrite(client, article, title="What we wrote")

    latest, first = Article.history.all()
    assert (latest.title, latest.history_user) == ("What we wrote", Reader.objects.get())
    assert (first.title, first.history_user) == ("What they wrote", None)
    assert go_back(client, first) == 302
    article.refresh_from_db()
    assert (article.title, article.is_locked, article.original) == ("What they wrote", False, {})
    assert Article.history.count() == 3
    assert go_back(client, latest) == 302
    article.refresh_from_db()
    assert (article.title, article.is_locked) == ("What we wrote", True)
    assert article.original == {"title": "What they wrote"}


def test_what_a_list_action_did_goes_back() -> None:
    client, feed = make_editor(), make.feed()

    run_action(client, "pause", feed)

    latest, first = Feed.history.all()
    assert (latest.state, latest.history_change_reason) == ("paused", "paused from the list")
    assert latest.history_user == Reader.objects.get()
    assert go_back(client, first) == 302
    feed.refresh_from_db()
    assert feed.state == Feed.State.ACTIVE


def test_aliases_have_versions_too() -> None:
    client, tag = make_editor(), make.tag("Railways", "railway")
    page = client.get(address(Tag, "change", tag.pk))
    form = page.context["adminform"].form
    [alias] = Alias.objects.all()
    sent = {name: form.initial.get(name) or "" for name in form.fields} | {
        "aliases-TOTAL_FORMS": "1",
        "aliases-INITIAL_FORMS": "1",
        "aliases-0-id": alias.pk,
        "aliases-0-tag": tag.pk,
        "aliases-0-phrase": "railroad",
    }

    assert client.post(address(Tag, "change", tag.pk), sent).status_code == 302

    assert [each.phrase for each in Alias.history.all()] == ["railroad", "railway"]
    assert Alias.history.first().history_user == Reader.objects.get()


def test_the_history_says_what_else_was_done() -> None:
    client = make_editor()
    article = make.article("A report", review=Article.Review.WAITING, is_hidden=True)

    run_action(client, "approve", article)

    told = client.get(address(Article, "history", article.pk)).content.decode()
    assert "approved from the list" in told
    assert "editor@example.org" in told


def test_who_may_look_may_not_go_back() -> None:
    section = make.section("Politics")
    make_editor().post(address(Section, "change", section.pk), {"name": "Polity", "slug": "polity"})
    first = Section.history.last()
    auditor = make_staff("Auditor")

    assert auditor.get(address(Section, "history", section.pk)).status_code == 200
    assert (
        "Revert"
        not in auditor.get(
            address(Section, "simple_history", section.pk, first.pk)
        ).content.decode()
    )
    assert go_back(auditor, first) == 403
    section.refresh_from_db()
    assert section.name == "Polity"


def test_who_may_not_look_sees_no_history() -> None:
    feed = make.feed()

    answer = make_staff("Alert editor").get(address(Feed, "history", feed.pk))

    assert answer.status_code == 403


def test_what_workers_write_makes_no_version(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with PublisherServer() as server:
        server.publish("/feed.xml", Item("A bridge opens", NOON), Item("A school opens", NOON))
        feed = make.feed(url=server.url("/feed.xml"))
        ingest.fetch_feeds([feed.pk], NOON)
    tag = make.tag("Railways")
    tag.label = "Trains"
    tag.save()
    feed.section = make.section()
    feed.save()

    with django_assert_num_queries(5):
        for model in (Article, Feed, Tag, Publisher, Section):
            assert not model.history.exists()
