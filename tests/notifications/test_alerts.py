from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from articles.models import Article, ArticleTag
from notifications import alerts
from notifications.models import Alert, Batch
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def test_planning_twice_changes_nothing(now: datetime) -> None:
    article = make.article(tags=[make.tag()], published_at=now)

    alerts.plan_alerts([make.story_of(article).pk], now)
    alerts.plan_alerts([make.story_of(article).pk], now)

    [alert] = Alert.objects.all()
    assert (alert.kind, alert.number, alert.title) == ("initial", 1, article.title)
    assert alert.planned_at == now


@pytest.mark.parametrize(
    "facts",
    [
        {"rule": ArticleTag.Rule.PAGE},
        {"is_backlog": True},
        {"is_hidden": True},
        {"state": Article.State.GROUPED},
    ],
)
def test_some_articles_alert_nobody(now: datetime, facts: dict[str, Any]) -> None:
    article = make.article(tags=[make.tag()], published_at=now, **facts)

    alerts.plan_alerts([make.story_of(article).pk], now)

    assert not Alert.objects.exists()


def test_stale_news_alerts_nobody(now: datetime) -> None:
    article = make.article(tags=[make.tag()], published_at=now - timedelta(hours=7))

    alerts.plan_alerts([make.story_of(article).pk], now)

    assert not Alert.objects.exists()


def test_a_story_merged_into_a_told_one_is_told(now: datetime) -> None:
    told = make.story_of(make.article(tags=[make.tag()], published_at=now))
    alerts.plan_alerts([told.pk], now)
    target = make.story_of(make.article(tags=[make.tag()], published_at=now))
    told.merged_into = target
    told.save()

    alerts.plan_alerts([told.pk, target.pk], now)

    assert Alert.objects.count() == 1


def test_sleepers_are_told_in_the_morning_and_never_after_expiry(now: datetime) -> None:
    tag = make.tag()
    hour = now.hour
    awake, soon, late = make.reader(), make.reader(), make.reader()
    make.preference(awake)
    make.preference(soon, time(hour), time((hour + 2) % 24))
    make.preference(late, time(hour), time((hour + 12) % 24))
    for reader in (awake, soon, late):
        make.follow(reader, tag)
    article = make.article(tags=[tag], published_at=now)

    runnable = alerts.plan_alerts([make.story_of(article).pk], now)

    batches = list(Batch.objects.order_by("release_at"))
    assert [batch.pk for batch in batches[:1]] == runnable
    assert [batch.quiet_profiles for batch in batches] == [
        [awake.preference.quiet_profile_id],
        [soon.preference.quiet_profile_id],
    ]
    assert batches[1].release_at > now


def test_an_alert_that_nobody_follows_is_sent_at_once(now: datetime) -> None:
    article = make.article(tags=[make.tag()], published_at=now)

    alerts.plan_alerts([make.story_of(article).pk], now)

    assert Alert.objects.get().state == Alert.State.SENT


def test_the_sweep_plans_what_nobody_announced(now: datetime) -> None:
    tag = make.tag()
    make.follow(make.device().reader, tag)
    make.article(tags=[tag], published_at=now)

    [batch_id] = alerts.plan_forgotten(now)

    assert alerts.find_runnable() == [batch_id]
    assert alerts.plan_forgotten(now) == []


def test_the_longest_words_fit_the_alert(now: datetime) -> None:
    article = make.article("w" * 500, tags=[make.tag()], published_at=now, summary="s" * 2000)

    alerts.plan_alerts([make.story_of(article).pk], now)

    alert = Alert.objects.get()
    assert (len(alert.title.encode()), len(alert.body.encode())) == (240, 600)
