from datetime import date, timedelta

import pytest

from articles.models import Story
from notifications.models import Device
from tests import make
from tests.told import follower, plan, run_all, told

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("days", "state"), [(0, "active"), (30, "active"), (31, "dormant"), (271, "gone")]
)
def test_devices_rest_after_a_month_and_go_after_nine(days: int, state: str) -> None:
    device = make.device()
    Device.objects.update(seen_on=TODAY - timedelta(days=days))

    Device.objects.age(TODAY)

    device.refresh_from_db()
    assert device.state == state


def test_a_resting_device_gets_breaking_news_only() -> None:
    tag = make.tag()
    follower(tag, "phone-resting")
    Device.objects.update(state="dormant")

    run_all(plan(tag))
    assert told() == []

    story = make.story()
    Story.objects.filter(pk=story.pk).update(is_breaking=True)
    run_all(plan(tag, of_story=story))
    assert told() == ["phone-resting"]
