import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from articles import advance, ingest, storing
from articles.models import Article, ArticleTag, Feed, Story
from articles.signals import stories_changed
from tests import make
from tests.publishers import Item, PublisherServer

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def publisher(settings: Settings) -> Iterator[PublisherServer]:
    with PublisherServer() as server:
        settings.OUTBOUND_ALLOW = frozenset({f"127.0.0.1:{server.port}"})
        yield server


def feed_of(server: PublisherServer, path: str = "/feed.xml", **facts: Any) -> Feed:
    return make.feed(url=server.url(path), **facts)


@pytest.mark.django_db
def test_an_entry_becomes_an_article_with_all_that_a_card_shows(publisher: PublisherServer) -> None:
    item = Item(
        "A tunnel & a train", NOW - HOUR, "<p>It <b>opens</b>.</p>", image="https://i.example/1.png"
    )
    publisher.publish("/feed.xml", item)
    feed = feed_of(publisher, section=make.section("Politics"))

    [article_id] = ingest.fetch_feeds([feed.pk], NOW)

    article = Article.objects.get(pk=article_id)
    assert article.title == "A tunnel & a train"
    assert article.summary == "It opens."
    assert article.text.html == "<p>It <b>opens</b>.</p>"
    assert article.image_url == "https://i.example/1.png"
    assert (article.published_at, article.first_seen_at) == (NOW - HOUR, NOW)
    assert article.section == feed.section
    assert article.state == Article.State.STORED


@pytest.mark.django_db
def test_a_second_fetch_changes_nothing_and_is_conditional(publisher: PublisherServer) -> None:
    publisher.publish("/feed.xml", Item("One", NOW), Item("Two", NOW))
    feed = feed_of(publisher)
    ingest.fetch_feeds([feed.pk], NOW)
    before = list(Article.objects.order_by("pk").values())

    again = ingest.fetch_feeds([feed.pk], NOW + HOUR)

    assert again == []
    assert list(Article.objects.order_by("pk").values()) == before
    assert publisher.requests == [("/feed.xml", 200), ("/feed.xml", 304)]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_store_one(publisher: PublisherServer) -> None:
    publisher.publish("/feed.xml", *(Item(f"Number {n}", NOW) for n in range(20)))
    feed = feed_of(publisher)
    found: list[int] = []

    def work() -> None:
        found.append(len(ingest.fetch_feeds([feed.pk], NOW)))
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert Article.objects.count() == 20
    assert sum(found) == 20


@pytest.mark.django_db
def test_an_edit_changes_the_article_but_not_when_it_was_first_seen(
    publisher: PublisherServer,
) -> None:
    publisher.publish("/feed.xml", Item("Bridge to open", NOW, guid="1"))
    feed = feed_of(publisher)
    [article_id] = ingest.fetch_feeds([feed.pk], NOW)
    advance.advance_articles([article_id])
    story = Article.objects.get().story

    publisher.publish("/feed.xml", Item("Bridge opened", NOW, "It did.", guid="1"))
    changed = ingest.fetch_feeds([feed.pk], NOW + HOUR)
    advance.advance_articles(changed)

    article = Article.objects.get()
    assert changed == [article_id]
    assert (article.title, article.summary) == ("Bridge opened", "It did.")
    assert (article.first_seen_at, article.changed_at) == (NOW, NOW + HOUR)
    assert article.story == story


@pytest.mark.django_db
def test_the_same_address_under_a_new_id_is_the_same_article(publisher: PublisherServer) -> None:
    link = "https://p.example/bridge"
    publisher.publish("/feed.xml", Item("Bridge", NOW, guid="1", link=link))
    feed = feed_of(publisher)
    ingest.fetch_feeds([feed.pk], NOW)

    publisher.publish("/feed.xml", Item("Bridge", NOW, guid="2", link=link + "?utm_source=rss"))
    ingest.fetch_feeds([feed.pk], NOW + HOUR)

    assert Article.objects.count() == 1


@pytest.mark.django_db
def test_what_a_new_feed_brings_along_alerts_nobody(publisher: PublisherServer) -> None:
    publisher.publish("/feed.xml", Item("Old", NOW))
    feed = feed_of(publisher)
    ingest.fetch_feeds([feed.pk], NOW)

    old, fresh = Item("Very old", NOW - timedelta(days=3)), Item("Fresh", NOW + HOUR)
    publisher.publish("/feed.xml", Item("Old", NOW), old, fresh)
    ingest.fetch_feeds([feed.pk], NOW + HOUR)

    backlog = dict(Article.objects.values_list("title", "is_backlog"))
    assert backlog == {"Old": True, "Very old": True, "Fresh": False}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stated", "taken"),
    [
        (NOW - HOUR, NOW - HOUR),
        (NOW + timedelta(minutes=30), NOW),
        (NOW + 2 * HOUR, NOW),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW),
        (None, NOW),
    ],
)
def test_broken_and_future_dates_become_now(stated: datetime | None, taken: datetime) -> None:
    assert storing.choose_date(stated, NOW) == taken


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "reason"), [(b"<html>no feed</html>", "not a feed"), (None, "http_status")]
)
def test_a_failing_feed_says_why_and_costs_the_others_nothing(
    publisher: PublisherServer, body: bytes | None, reason: str
) -> None:
    if body:
        publisher.feeds["/broken.xml"] = body
    publisher.publish("/good.xml", Item("Good", NOW))
    broken, good = feed_of(publisher, "/broken.xml"), feed_of(publisher, "/good.xml")

    ingest.fetch_feeds([broken.pk, good.pk], NOW)

    broken.refresh_from_db()
    assert Article.objects.get().title == "Good"
    assert broken.error.startswith(reason)
    assert broken.error_count == 1
    assert broken.due_at > NOW


@pytest.mark.django_db
def test_a_feed_of_a_private_server_is_refused(
    publisher: PublisherServer, settings: Settings
) -> None:
    settings.OUTBOUND_ALLOW = frozenset()
    publisher.publish("/feed.xml", Item("Secret", NOW))
    feed = feed_of(publisher)

    ingest.fetch_feeds([feed.pk], NOW)

    feed.refresh_from_db()
    assert publisher.requests == []
    assert feed.error == "refused_address"


@pytest.mark.django_db(transaction=True)
def test_two_beats_never_claim_one_feed_twice() -> None:
    made = {make.feed().pk for _ in range(30)}
    claimed: list[list[int]] = []

    def claim() -> None:
        while ids := Feed.objects.claim_due(timedelta(minutes=5), 4):
            claimed.append(ids)
        connections.close_all()

    beats = [threading.Thread(target=claim) for _ in range(2)]
    for beat in beats:
        beat.start()
    for beat in beats:
        beat.join()

    ids = [pk for group in claimed for pk in group]
    assert sorted(ids) == sorted(made)


@pytest.mark.django_db
def test_what_stopped_half_way_is_found_and_announced_once(
    publisher: PublisherServer, django_capture_on_commit_callbacks: object
) -> None:
    tag = make.tag("Bridges", "bridge")
    publisher.publish("/feed.xml", Item("A bridge opens", NOW))
    feed = feed_of(publisher)
    ingest.fetch_feeds([feed.pk], NOW)
    heard: list[object] = []

    def listen(story_ids: list[object], **_: object) -> None:
        heard.extend(story_ids)

    stories_changed.connect(listen)
    try:
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # pytest-django's fixture
                advance.advance_articles(advance.find_left_behind(NOW + HOUR))
    finally:
        stories_changed.disconnect(listen)

    [story] = Story.objects.all()
    assert heard == [story.pk]
    assert Article.objects.get().state == Article.State.ANNOUNCED
    assert ArticleTag.objects.get().tag == tag
