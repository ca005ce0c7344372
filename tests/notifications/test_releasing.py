from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from articles.models import Tag
from notifications import alerts, dispatch, releasing
from notifications.models import Alert, Device, Failure
from notifications.transports.base import Outcome, Result
from notifications.transports.memory import MemoryTransport
from tests import make
from tests.crowd import make_crowd
from tests.told import plan, run_all, told

pytestmark = pytest.mark.django_db

MALFORMED = Outcome(result=Result.GONE, code="INVALID_ARGUMENT")
REMOVED = Outcome(result=Result.GONE, code="UNREGISTERED")


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> Tag:
    """A tag with 700 followers, who make several batches."""
    monkeypatch.setattr(releasing, "READERS_PER_BATCH", 100)
    tag = make.tag()
    make_crowd(700, tag)
    return tag


def spoil(share: float, outcome: Outcome) -> None:
    """That share of all addresses is answered so."""
    step = round(1 / share)
    for address in Device.objects.order_by("shard", "reader_id").values_list("address", flat=True)[
        ::step
    ]:
        MemoryTransport.answers[address] = outcome


def test_a_canary_goes_first_and_the_rest_follows_when_it_arrives(crowd: Tag) -> None:
    alert = plan(crowd)
    [canary] = releasing.find_runnable()

    following = dispatch.run_batch(canary, MemoryTransport())

    first = len(told())
    assert 90 < first <= 200
    assert set(following) == set(releasing.find_runnable())
    assert len(following) > 3
    run_all(alert)
    assert (len(told()), len(set(told())), alert.state) == (700, 700, "sent")


@pytest.mark.parametrize(
    ("share", "outcome", "state", "gone"),
    [
        (0.1, REMOVED, "sent", 70),
        (0.3, REMOVED, "paused", 0),
        (0.1, MALFORMED, "paused", 0),
        (0.02, MALFORMED, "sent", 14),
    ],
)
def test_a_canary_that_fails_pauses_the_alert_and_gives_up_no_device(
    crowd: Tag, share: float, outcome: Outcome, state: str, gone: int
) -> None:
    spoil(share, outcome)

    alert = plan(crowd)
    run_all(alert)

    assert alert.state == state
    assert Device.objects.filter(state="gone").count() == gone
    if state == "paused":
        assert len(told()) + Failure.objects.count() <= 200


def test_few_readers_need_no_canary() -> None:
    tag = make.tag()
    make_crowd(50, tag)

    alert = plan(tag)

    assert alert.proved_at is not None
    assert not alert.batches.filter(is_canary=True).exists()


def test_an_alert_counts_whom_it_could_concern() -> None:
    tag = make.tag()
    for level in ("all", "all", "top", "digest", "mute"):
        reader = make.reader()
        make.preference(reader)
        make.follow(reader, tag, level)  # type: ignore[arg-type]  # a level's value
    off, other = make.reader(), make.reader()
    for reader, facts in ((off, {"is_on": False}), (other, {"languages": ["hy"]})):
        preference = make.preference(reader)
        type(preference).objects.filter(pk=preference.pk).update(**facts)
        make.follow(reader, tag)

    alert = plan(tag)

    assert alert.counts == {
        "targeted": 7,
        "muted": 1,
        "other_level": 2,
        "off": 1,
        "other_language": 1,
        "not_concerned": 0,
        "eligible": 2,
        "asleep": 0,
        "too_late": 0,
    }


def test_a_held_alert_of_the_machine_goes_when_its_hold_is_over(
    settings: Settings,
) -> None:
    settings.ALERT_HOLD = 30
    tag = make.tag()
    make.follow(make.device().reader, tag)
    now = timezone.now()
    article = make.article(tags=[tag], published_at=now)

    assert alerts.plan_alerts([make.story_of(article).pk], now) == []

    assert releasing.release_held(now + timedelta(seconds=29)) == []
    assert len(releasing.release_held(now + timedelta(seconds=30))) == 1
    assert Alert.objects.get().state == "sending"


def test_a_paced_alert_has_batches_one_after_the_other(crowd: Tag) -> None:
    now = timezone.now()
    alert = Alert.objects.create(
        title="No hurry",
        link="https://daily8.example/1",
        levels=["all"],
        pace=timedelta(minutes=30),
        published_at=now,
        expires_at=now + timedelta(hours=6),
    )
    alert.tags.add(crowd)

    batches = releasing.release(alert, now)

    releases = sorted(batch.release_at - now for batch in batches)
    assert releases[0] == timedelta(0)
    assert timedelta(minutes=20) < releases[-1] < timedelta(minutes=30)
    assert len(set(releases)) == len(batches)
