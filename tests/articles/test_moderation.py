from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from articles import moderation
from articles.feeds.entry import Entry
from articles.models import Article, ArticleTag, Publisher
from articles.storing import store_entries
from notifications import alerts
from notifications.models import Alert
from tests import make

pytestmark = pytest.mark.django_db
Capture = Callable[..., Any]
WAITING = Article.Review.WAITING


def make_waiting(**facts: Any) -> Article:
    return make.article(
        review=WAITING, is_hidden=True, tags=[make.tag()], published_at=timezone.now(), **facts
    )


def test_what_comes_from_a_publisher_without_trust_waits() -> None:
    feed = make.feed(fetched_at=make.NOON)
    Publisher.objects.filter(pk=feed.publisher_id).update(trust=Publisher.Trust.APPROVAL)
    feed.refresh_from_db()

    store_entries(feed, [Entry(key="1", url="https://a.example/1", title="A")], make.NOON)

    article = Article.objects.get()
    assert (article.review, article.is_hidden) == (WAITING, True)


def test_a_waiting_article_alerts_nobody_until_it_is_approved(
    django_capture_on_commit_callbacks: Capture,
) -> None:
    article, now = make_waiting(), timezone.now()
    story_id = make.story_of(article).pk
    alerts.plan_alerts([story_id], now)
    before = Alert.objects.count()

    with django_capture_on_commit_callbacks(execute=True):
        assert moderation.approve([article.pk]) == 1
    alerts.plan_alerts([story_id], now)

    assert (before, Alert.objects.count()) == (0, 1)
    assert list(Article.objects.shown()) == [article]


def test_a_story_is_led_by_what_was_approved() -> None:
    waiting = make_waiting()
    story = make.story_of(waiting)
    type(story).objects.filter(pk=story.pk).refresh()
    story.refresh_from_db()
    before = story.lead

    moderation.approve([waiting.pk])

    story.refresh_from_db()
    assert (before, story.lead) == (None, waiting)


def test_what_was_approved_can_still_be_rejected_and_what_needed_neither_is_left_alone() -> None:
    waiting, plain = make_waiting(), make.article()
    moderation.approve([waiting.pk, plain.pk])

    assert moderation.reject([waiting.pk, plain.pk]) == 1
    assert moderation.reject([waiting.pk]) == 0
    assert list(Article.objects.shown()) == [plain]


def test_a_correction_keeps_the_original_of_the_first_time_and_locks() -> None:
    article = make.article("Bridge clsed")
    for title in ("Bridge closed", "Bridge is closed"):
        article.title = title
        moderation.keep_original(article, ["title"], Article.objects.get(pk=article.pk))
        article.save()

    assert article.original == {"title": "Bridge clsed"}
    assert article.is_locked


def test_what_is_locked_is_not_changed_by_its_feed() -> None:
    feed = make.feed(fetched_at=make.NOON)
    store_entries(feed, [Entry(key="1", url="https://a.example/1", title="A")], make.NOON)
    Article.objects.update(is_locked=True)

    store_entries(feed, [Entry(key="1", url="https://a.example/1", title="B")], make.NOON)

    assert Article.objects.get().title == "A"


def test_tags_by_hand_alert_only_where_that_is_said() -> None:
    article, on_page, loud = make.article(), make.tag(), make.tag()

    moderation.put_tag([article], on_page)
    moderation.put_tag([article], loud, may_alert=True)
    moderation.put_tag([article], loud)

    rules = dict(ArticleTag.objects.values_list("tag", "rule"))
    assert rules == {on_page.pk: "page", loud.pk: "push"}


def test_a_correction_can_be_taken_back() -> None:
    article = make.article("Bridge closed", original={"title": "Bridge clsed"}, is_locked=True)

    assert moderation.restore([article]) == 1

    article.refresh_from_db()
    assert (article.title, article.original, article.is_locked) == ("Bridge clsed", {}, False)
