from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Feed, Publisher
from tests import make
from tests.desk import address, no_rows, run_action

pytestmark = pytest.mark.django_db


def test_feeds_are_paused_and_resumed(editor: Client) -> None:
    feed = make.feed(due_at=timezone.now() + timedelta(hours=1))

    run_action(editor, "pause", feed)
    feed.refresh_from_db()
    paused = feed.state
    run_action(editor, "resume", feed)

    assert paused == Feed.State.PAUSED
    assert list(Feed.objects.due()) == [feed]


def test_a_feed_asked_for_now_is_due(editor: Client) -> None:
    feed = make.feed(due_at=timezone.now() + timedelta(hours=1))
    paused = make.feed(state=Feed.State.PAUSED)

    page = run_action(editor, "fetch_now", feed, paused)

    assert "1 asked for now." in page
    assert list(Feed.objects.due()) == [feed]


def test_a_publisher_is_made_with_its_feeds(editor: Client) -> None:
    answer = editor.post(
        address(Publisher, "add"),
        {
            "name": "The Gazette",
            "slug": "the-gazette",
            "home_url": "https://gazette.example/",
            "trust": "at_once",
            "is_active": "on",
            "feeds-TOTAL_FORMS": "1",
            "feeds-INITIAL_FORMS": "0",
            "feeds-0-url": "https://gazette.example/rss",
            "feeds-0-language": "en",
            "feeds-0-state": "active",
        },
    )

    assert answer.status_code == 302
    assert Feed.objects.due().get().publisher.name == "The Gazette"


def test_a_feed_shows_its_last_fetches_and_says_how_it_is(editor: Client) -> None:
    fetch = {"at": "2026-03-02T12:00:00+00:00", "status": 503, "ms": 12, "error": "<busy>"}
    feed = make.feed(error="http_status 503", error_count=1, fetches=[fetch])

    page = editor.get(address(Feed, "change", feed.pk)).content.decode()

    assert "Its server is in trouble (503)" in page
    assert "<td>503</td>" in page
    assert "&lt;busy&gt;" in page


@pytest.mark.parametrize(
    ("rules", "problem"),
    [('{"body": "//div["}', "body: "), ('{"text": "//div"}', "no page rule"), ("[1]", "an object")],
)
def test_rules_for_pages_that_nobody_can_follow_are_refused(
    editor: Client, rules: str, problem: str
) -> None:
    publisher = make.publisher("The Gazette")

    answer = editor.post(address(Publisher, "change", publisher.pk), {"page_rules": rules})

    assert problem in str(answer.context["adminform"].form.errors["page_rules"])


def test_rules_for_pages_are_emptied(editor: Client) -> None:
    publisher = make.publisher("The Gazette")
    Publisher.objects.update(page_rules={"body": "//article"})
    facts = {"name": publisher.name, "slug": publisher.slug, "home_url": publisher.home_url}
    forms = no_rows("feeds")

    answer = editor.post(
        address(Publisher, "change", publisher.pk),
        {**facts, **forms, "trust": "at_once", "page_rules": ""},
    )

    assert answer.status_code == 302
    assert Publisher.objects.get().page_rules == {}


def test_a_publisher_can_be_added_by_its_address_from_the_list(editor: Client) -> None:
    page = editor.get(address(Publisher, "changelist")).content.decode()

    assert f'href="{address(Feed, "discover")}"' in page
