"""Whatever happens at once: a story has one alert, and a phone shows it once."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from articles import corrections
from articles.models import Follow, Tag
from notifications import alerts, tasks
from notifications.models import Alert, Device
from tests import make
from tests.crowd import make_crowd
from tests.journeys.chaos import crew
from tests.journeys.chaos.conftest import Report
from tests.processes import Emulator, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LONG = pytest.mark.chaos


def follower(*tags: str, phones: int = 1) -> list[Device]:
    reader = make.reader()
    for name in tags:
        make.follow(reader, Tag.objects.get(name=name))
    return [make.device(reader) for _ in range(phones)]


def times_told(emulator: Emulator, device: Device) -> int:
    count: int = emulator.ask("GET", f"/emulator/counts/{device.address}")["accepted"]
    return count


@pytest.mark.parametrize("stories", [5, pytest.param(20, marks=LONG)], ids=["short", "long"])
def test_planned_by_all_workers_at_once(emulator: Emulator, report: Report, stories: int) -> None:
    """Two articles in the same second, and every signal many times over."""
    tag, phones = make.tag(), 20
    make_crowd(phones, tag)
    now = timezone.now()
    told = [make.story(now) for _ in range(stories)]
    for story in told:
        for _ in range(2):
            make.article(tags=[tag], of_story=story, published_at=now)

    with crew.working(crew.variables(emulator, PUSH_LEASE=crew.CALM), size=4):
        for story in told:
            for _ in range(6):
                tasks.plan_alerts.delay([str(story.pk)])
        wait_until(
            lambda: Alert.objects.filter(state=Alert.State.SENT).count() == stories, crew.PATIENCE
        )

    counts = emulator.counts()
    assert Alert.objects.count() == stories
    report(
        stories * phones,
        f"{stories} stories planned 6 times at once",
        lost=stories * phones - counts["accepted"] + counts["duplicates"],
        duplicates=counts["duplicates"],
    )


def test_stories_merged_while_their_alerts_are_held(
    emulator: Emulator, report: Report, settings: Settings
) -> None:
    """Followers of either or both hear of it once."""
    settings.ALERT_HOLD = 1
    for name in ("A", "B"):
        make.tag(name)
    [one], [other], both = follower("A"), follower("B"), follower("A", "B", phones=2)
    now = timezone.now()
    stories = [
        make.story_of(make.article(tags=[Tag.objects.get(name=name)], published_at=now))
        for name in ("A", "B")
    ]
    alerts.plan_alerts([story.pk for story in stories], now)
    assert set(Alert.objects.values_list("state", flat=True)) == {"held"}
    corrections.merge(stories[0], [stories[1]], None, now)

    with crew.working(crew.variables(emulator, PUSH_LEASE=crew.CALM)):
        wait_until(lambda: not Alert.objects.exclude(state=Alert.State.SENT).exists())

    shown = [times_told(emulator, device) for device in (one, other, *both)]
    assert shown == [1, 1, 1, 1]
    report(4, "2 held alerts, merged", duplicates=sum(shown) - 4)


@pytest.mark.chaos
def test_five_tags_three_phones_and_a_mute(emulator: Emulator, report: Report) -> None:
    names = [make.tag().name for _ in range(5)]
    phones, silent = follower(*names, phones=3), follower(*names, phones=3)
    Follow.objects.filter(reader=silent[0].reader, tag__name=names[2]).update(
        level=Follow.Level.MUTE
    )
    now = timezone.now()
    tags = list(Tag.objects.filter(name__in=names))
    article = make.article(tags=tags, published_at=now - timedelta(seconds=1))

    with crew.working(crew.variables(emulator, PUSH_LEASE=crew.CALM)):
        tasks.plan_alerts.delay([str(make.story_of(article).pk)])
        wait_until(lambda: Alert.objects.filter(state=Alert.State.SENT).exists())

    assert [times_told(emulator, device) for device in phones] == [1, 1, 1]
    assert [times_told(emulator, device) for device in silent] == [0, 0, 0]
    report(3, "5 tags, 3 phones; 3 phones muted", lost=3 - emulator.counts()["addresses"])
