"""Manners over a day, and workers that die: what publishers and readers are promised."""

import random
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from pytest_django.fixtures import Settings

from articles import ingest
from articles.models import Article, Feed
from articles.pace import connect
from tests import make
from tests.make import NOON
from tests.processes import (
    beat,
    environment,
    is_somebody_waiting,
    kill,
    running,
    wait_until,
    worker,
)
from tests.publishers import Item, PublisherServer

HOUR = timedelta(hours=1)
STEP = timedelta(minutes=5)


@pytest.fixture
def publishers(settings: Settings) -> Iterator[list[PublisherServer]]:
    """Three hosts."""
    with PublisherServer() as first, PublisherServer() as second, PublisherServer() as third:
        servers = [first, second, third]
        settings.OUTBOUND_ALLOW = frozenset(f"127.0.0.1:{server.port}" for server in servers)
        yield servers


@pytest.mark.django_db
def test_a_day_of_good_manners(publishers: list[PublisherServer]) -> None:
    feeds = [
        make.feed(url=server.url(f"/{number}.xml"), due_at=NOON)
        for server in publishers
        for number in range(3)
    ]
    calm, tired = publishers[0], publishers[1]
    refused = range(60, 60 + 12)  # an hour, in steps
    luck = random.Random(7)
    asked_while_refused: list[tuple[str, int]] = []
    for step in range(24 * 12):
        now = NOON + step * STEP
        if step % 50 == 0:
            for server in publishers:
                for number in range(3):
                    items = [
                        Item(f"News {n} of {number}", now - n * HOUR)
                        for n in range(luck.randint(1, 9))
                    ]
                    server.publish(f"/{number}.xml", *items)
        if step == refused.start:
            answer = (429, b"", {"Retry-After": "3600"})
            tired.refusals = {f"/{number}.xml": answer for number in range(3)}
            Feed.objects.filter(url__startswith=tired.url("/")).update(due_at=now)
        if step == refused.stop:
            tired.refusals.clear()
            connect().flushdb()  # an hour of the simulated day has passed, none of Redis'
        before = len(tired.requests)
        due = Feed.objects.filter(due_at__lte=now).values_list("pk", flat=True)
        ingest.fetch_feeds(list(due), now)
        if step in refused[1:]:
            asked_while_refused += tired.requests[before:]

    for server in publishers:
        assert sorted(server.unconditional) == ["/0.xml", "/1.xml", "/2.xml"]
        assert server.most_at_once == 1
    assert asked_while_refused == []
    # One of its three feeds asked and was refused; the others, due at the same time, heard of it.
    assert [status for _, status in tired.requests].count(429) == 1
    assert len(calm.requests) < 3 * 24 * 12 * 0.7  # the rhythm of its news, not ours
    assert Feed.objects.filter(error="").count() == len(feeds)


@pytest.mark.django_db(transaction=True)
def test_workers_share_a_host_one_request_at_a_time(publishers: list[PublisherServer]) -> None:
    server = publishers[0]
    server.delay = 0.05
    for number in range(8):
        server.publish(f"/{number}.xml", Item(f"News {number}", NOON))
        make.feed(url=server.url(f"/{number}.xml"))

    def work() -> None:
        while ids := Feed.objects.claim_due(timedelta(minutes=5), 2):
            ingest.fetch_feeds(ids, datetime.now(NOON.tzinfo))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    put_off = Feed.objects.filter(fetched_at__isnull=True)
    ingest.fetch_feeds(list(put_off.values_list("pk", flat=True)), NOON)

    assert server.most_at_once == 1
    assert Article.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_had_fetched_is_stored_by_another(
    publishers: list[PublisherServer], tmp_path: Path
) -> None:
    server = publishers[0]
    server.publish("/feed.xml", *(Item(f"News {n}", NOON) for n in range(20)))
    feed = make.feed(url=server.url("/feed.xml"))
    env = environment(OUTBOUND_ALLOW=f"127.0.0.1:{server.port}", FETCH_EVERY=0.3, LOG_LEVEL="ERROR")

    with running(beat(env, tmp_path)), running(beat(env, tmp_path / "second")):
        (tmp_path / "second").mkdir()
        first = worker(env)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE articles_article IN EXCLUSIVE MODE")
            wait_until(is_somebody_waiting)
            kill(first)
        assert server.requests == [("/feed.xml", 200)]
        assert not Article.objects.exists()
        Feed.objects.update(lease_until=NOON)  # its lease has run out
        with running(worker(env)), running(worker(env)):
            wait_until(lambda: Article.objects.filter(state="announced").count() == 20)

    feed.refresh_from_db()
    assert feed.error == ""
    assert [fetch["new"] for fetch in feed.fetches if fetch.get("new")] == [20]
