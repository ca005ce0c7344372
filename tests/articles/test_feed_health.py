from datetime import timedelta

import pytest
from django.utils import timezone

from articles.feed_health import Health, read_board
from articles.models import Article, Feed
from tests import make

pytestmark = pytest.mark.django_db


def board() -> list[Health]:
    return read_board(Feed.objects.all(), timezone.now(), 10)


def test_the_worst_feed_stands_first() -> None:
    now = timezone.now()
    well = make.feed(fetched_at=now, changed_at=now)
    silent = make.feed(fetched_at=now, changed_at=now - timedelta(days=9))
    failing = make.feed(error="timeout", error_count=2, failing_since=now)
    longest = make.feed(
        error="http_status 404", error_count=9, failing_since=now - timedelta(days=1)
    )

    lines = board()

    assert [line.feed for line in lines] == [longest, failing, silent, well]
    assert [line.grade for line in lines] == ["bad", "bad", "good", "good"]
    assert "(404)" in lines[0].why


def test_the_share_of_unchanged_answers_is_that_of_the_last_fetches() -> None:
    make.feed(fetches=[{"status": 304}] * 3 + [{"status": 200}])
    make.feed()

    assert [line.unchanged_share for line in board()] == [0.75, None]


def test_the_delay_is_from_publication_to_us_and_old_news_does_not_count() -> None:
    now, feed = timezone.now(), make.feed()
    for minutes, is_backlog in ((2, False), (4, False), (6, False), (9_999, True)):
        article = make.article(published_at=now, feed=feed, is_backlog=is_backlog)
        seen_at = now + timedelta(minutes=minutes)
        Article.objects.filter(pk=article.pk).update(first_seen_at=seen_at)

    [line] = board()

    assert line.delay == timedelta(minutes=4)
