from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from articles.feeds.entry import Entry
from articles.models import Article, ArticleText, Feed, Revision
from articles.storing import MOST_EDITS, Stored, store_entries
from tests import make
from tests.make import NOON

HOUR = timedelta(hours=1)
ENTRY = Entry(
    key="https://news.example/ferry#0",
    url="https://news.example/ferry",
    title="Ferry line over the lake opens in spring",
    summary="<p>From Monday.</p>",
    published_at=NOON,
)

pytestmark = pytest.mark.django_db


def store(feed: Feed, *entries: Entry) -> Stored:
    with transaction.atomic():
        return store_entries(feed, entries, NOON + HOUR)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda entry: entry,
        lambda entry: replace(entry, key="https://news.example/ferry#1"),
        lambda entry: replace(entry, key="urn:uuid:new"),
        lambda entry: replace(entry, title="Ferry line opens in spring after all"),
        lambda entry: replace(entry, url="http://www.news.example/ferry/", key="http://news/7"),
        lambda entry: replace(entry, url=entry.url + "?utm_source=rss&at_medium=RSS", key=""),
        lambda entry: replace(entry, url="https://news.example/2026/ferry-line", key="7"),
    ],
    ids=["again", "fragment", "id", "title", "https", "tracking", "id and address"],
)
def test_a_rewrite_is_the_same_article(rewrite: Callable[[Entry], Entry]) -> None:
    feed = make.feed(fetched_at=NOON)
    [first] = store(feed, ENTRY).new

    again = store(feed, rewrite(ENTRY))

    assert again.new == []
    assert Article.objects.get().pk == first


def test_an_id_that_returns_on_another_article_is_believed_no_more() -> None:
    feed = make.feed(fetched_at=NOON)
    store(feed, ENTRY)
    other = replace(
        ENTRY,
        url="https://news.example/bridge",
        title="Bridge over the gorge is closed to lorries",
        published_at=NOON - timedelta(days=2),
    )

    assert len(store(feed, other).new) == 1
    feed.refresh_from_db()
    assert feed.identity == Feed.Identity.URL
    assert store(feed, ENTRY, other).ids == []


def test_one_id_for_all_entries_loses_none_of_them() -> None:
    feed = make.feed()
    entries = [
        Entry(key="same", url=f"https://news.example/{n}", title=f"News {n}", published_at=NOON)
        for n in range(5)
    ]

    assert len(store(feed, *entries).new) == 5
    assert store(feed, *entries).ids == []


def test_an_entry_listed_twice_is_one_article() -> None:
    feed = make.feed()

    assert len(store(feed, ENTRY, replace(ENTRY, key="other")).new) == 1


def test_two_feeds_of_a_publisher_share_an_article_and_do_not_fight_over_it() -> None:
    first = make.feed()
    second = make.feed(first.publisher)
    store(first, ENTRY)
    shorter = replace(ENTRY, key="other", summary="From Monday…")

    assert store(second, shorter).ids == []
    assert store(first, ENTRY).ids == []


def test_ids_count_within_their_feed() -> None:
    first = make.feed()
    second = make.feed(first.publisher)
    bridge = replace(ENTRY, url="https://news.example/bridge", title="Bridge over the gorge closed")

    assert store(first, replace(ENTRY, key="7")).new
    assert store(second, replace(bridge, key="7")).new


def test_an_edit_keeps_what_was_said_before() -> None:
    feed = make.feed(fetched_at=NOON)
    [pk] = store(feed, ENTRY).new

    assert store(feed, replace(ENTRY, title="Ferry opens", summary="<p>Today.</p>")).changed == [pk]

    article, revision = Article.objects.get(), Revision.objects.get()
    assert (article.title, article.text.html) == ("Ferry opens", "<p>Today.</p>")
    assert (article.edit_count, article.published_at) == (1, NOON)
    assert (revision.title, revision.html) == (ENTRY.title, "<p>From Monday.</p>")


def test_endless_edits_end() -> None:
    feed = make.feed()
    store(feed, ENTRY)

    changes = [
        len(store(feed, replace(ENTRY, summary=f"At {n}")).changed) for n in range(MOST_EDITS + 5)
    ]

    assert sum(changes) == MOST_EDITS


def test_what_was_taken_down_stays_down() -> None:
    feed = make.feed()
    store(feed, ENTRY)
    Article.objects.update(removed_at=NOON, title="", is_hidden=True)

    assert store(feed, ENTRY, replace(ENTRY, key="new")).ids == []
    assert Article.objects.get().title == ""


def test_a_flood_of_the_past_alerts_nobody() -> None:
    feed = make.feed(fetched_at=NOON)
    undated = [Entry(url=f"https://news.example/{n}", title=f"Archive {n}") for n in range(20)]

    store(feed, ENTRY, *undated)

    assert list(Article.objects.filter(is_backlog=False)) == [
        Article.objects.get(title=ENTRY.title)
    ]


@pytest.mark.parametrize("count", [5, 60])
def test_a_feed_costs_at_most_seven_statements_however_long_it_is(count: int) -> None:
    feed = make.feed(fetched_at=NOON)
    entries = [
        Entry(key=str(n), url=f"https://news.example/{n}", title=f"News {n}", published_at=NOON)
        for n in range(count)
    ]
    store(feed, *entries[: count // 2])
    edited = [replace(entry, summary="More") for entry in entries]

    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        stored = store_entries(feed, edited, NOON + HOUR)

    assert len(stored.ids) == count
    assert len(queries) <= 7
    assert ArticleText.objects.count() == count


def test_an_entry_without_link_or_title_is_no_article() -> None:
    feed = make.feed()

    assert (
        store(
            feed, replace(ENTRY, url=""), replace(ENTRY, url="ftp://a/"), replace(ENTRY, title="")
        ).ids
        == []
    )
