from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.models import Feed, Publisher, Trend
from backend import today
from notifications.reactions import Reported, store_reactions
from tests import make
from tests.desk import count_queries, make_staff
from tests.told import follower, plan, run_all

pytestmark = pytest.mark.django_db


def test_articles_are_counted_by_the_hour_in_which_they_came() -> None:
    now = timezone.now()
    for back in (0, 0, 3, 30):
        make.article(published_at=now - timedelta(hours=back))

    drawn = today.chart_articles(now)

    assert f"{now:%H} 2" in drawn
    assert f"{now - timedelta(hours=3):%H} 1" in drawn
    assert drawn.count("<title>") == 24


def test_alerts_tell_what_became_of_them() -> None:
    tag, now = make.tag(), timezone.now()
    device = follower(tag, "phone-1")
    alert = plan(tag)
    run_all(alert)
    kinds = ("received", "opened", "turned_off")
    store_reactions(device, [Reported(alert.pk, kind, now) for kind in kinds], now)

    told = today.look_at_alerts(timezone.now())

    assert (told.sent, told.accepted, told.opened, told.turned_off) == (1, 1, 1, 1)
    assert told.seconds is not None
    assert told.latest[0].accepted == 1


def test_feeds_that_fail_say_why_and_those_nobody_wants_do_not() -> None:
    since = timezone.now() - timedelta(days=2)
    make.feed(error="http_status 404", error_count=3, failing_since=since)
    make.feed(error="timeout", state=Feed.State.PAUSED)
    retired = make.feed(error="timeout")
    Publisher.objects.filter(pk=retired.publisher_id).update(is_active=False)

    [(_, why)] = today.find_failing()

    assert why == "there is nothing at its address (404)"


def test_tags_that_rise_are_drawn() -> None:
    facts = {"usual_count": 0, "rise": 4, "counted_at": timezone.now()}
    Trend.objects.create(tag=make.tag("Railways"), span=Trend.Span.DAY, story_count=4, **facts)

    assert "#Railways 4" in today.chart_rising()


def test_the_front_page_costs_few_queries(editor: Client) -> None:
    url = reverse("admin:index")
    editor.get(url)

    assert count_queries(editor, url) < 20


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("Curator", {"Tags rising", "Latest alerts", "Feeds that fail"}),
        ("Alert editor", {"Tags rising", "Latest alerts", "Write an alert"}),
        ("Publisher manager", {"Tags rising", "Feeds that fail"}),
    ],
)
def test_everybody_sees_what_their_role_may_see(role: str, shown: set[str]) -> None:
    page = make_staff(role).get(reverse("admin:index")).content.decode()

    parts = {"Tags rising", "Latest alerts", "Feeds that fail", "Write an alert"}
    assert {part for part in parts if part in page} == shown
