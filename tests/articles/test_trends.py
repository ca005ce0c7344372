from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from articles import trends
from articles.models import Tag, Trend
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOON
DAY = timedelta(days=1)


def tell(tag: Tag, days_ago: float, count: int = 1, **facts: Any) -> None:
    for number in range(count):
        at = NOW - days_ago * DAY - timedelta(minutes=number)
        make.article(tags=[tag], published_at=at, **facts)


def test_a_tag_trends_by_its_rise_and_not_by_its_count() -> None:
    usual, rising = make.tag("Weather"), make.tag("Jermuk")
    for day in range(1, 28):
        tell(usual, day + 0.5, 6)
    tell(usual, 0.1, 6)
    tell(rising, 0.1, 4)

    trends.count_trends(NOW)

    trend = Trend.objects.get(span=Trend.Span.DAY)
    assert (trend.tag, trend.story_count) == (rising, 4)
    assert trend.usual_count == 0
    assert trend.rise == 4


def test_the_hour_has_a_baseline_of_its_own() -> None:
    tag = make.tag()
    for day in range(1, 20):
        tell(tag, day, 24)
    tell(tag, 0.01, 8)

    trends.count_trends(NOW)

    assert {trend.span for trend in Trend.objects.all()} == {"hour"}


def test_articles_of_one_story_count_once_and_hidden_ones_never() -> None:
    tag = make.tag()
    story = make.story(NOW)
    for _ in range(5):
        make.article(tags=[tag], published_at=NOW - timedelta(minutes=5), of_story=story)
    tell(tag, 0.01, 5, is_hidden=True)

    trends.count_trends(NOW)

    assert not Trend.objects.exists()


def test_trends_are_counted_anew_each_time() -> None:
    tag = make.tag()
    tell(tag, 0.01, 4)
    trends.count_trends(NOW)

    trends.count_trends(NOW + 2 * DAY)

    assert not Trend.objects.exists()


@pytest.mark.parametrize("tags", [1, 5])
def test_counting_costs_the_same_for_any_number_of_tags(
    tags: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(tags):
        tell(make.tag(), 0.01, 3)

    with django_assert_num_queries(6):
        trends.count_trends(NOW)


def test_expected_alerts_are_those_of_the_last_four_weeks() -> None:
    daily, quiet = make.tag(), make.tag()
    for day in range(20):
        tell(daily, day + 0.5)
    tell(daily, 3, 10, is_backlog=True)
    tell(daily, 29)
    tell(quiet, 25, rule="page")

    trends.expect_alerts(NOW)
    trends.expect_alerts(NOW)

    daily.refresh_from_db()
    quiet.refresh_from_db()
    assert (daily.expected_alerts_per_day, quiet.expected_alerts_per_day) == (0.71, 0)


def test_a_young_product_divides_by_the_days_it_has_run() -> None:
    tag = make.tag()
    tell(tag, 1.5)
    tell(tag, 0.5, 3)

    trends.expect_alerts(NOW)

    tag.refresh_from_db()
    assert tag.expected_alerts_per_day == pytest.approx(4 / 1.5, abs=0.01)
