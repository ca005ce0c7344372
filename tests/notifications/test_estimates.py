from datetime import UTC, datetime, time

import pytest

from notifications import estimates
from notifications.estimates import estimate
from notifications.models import Device
from tests import make
from tests.crowd import make_crowd
from tests.told import follower, plan, run_all

pytestmark = pytest.mark.django_db

NOON = datetime.now(UTC).replace(hour=12, minute=0)


def test_an_estimate_of_few_is_exact() -> None:
    tag = make.tag()
    run_all(plan(tag))
    follower(tag, "phone-awake")
    follower(tag, "phone-asleep", start=time(11), end=time(15))
    follower(tag, "phone-muted", "mute")
    follower(tag, "phone-digest", "digest")
    Device.objects.filter(address="phone-asleep").update(state="gone")

    found = estimate([tag.pk], NOON)

    assert (found.followers, found.now, found.asleep, found.muted, found.other) == (4, 1, 1, 1, 1)
    assert found.asleep_until == NOON.replace(hour=15, second=0, microsecond=0)
    assert (found.deviceless, found.capped, found.is_exact) == (1, 0, True)


def test_an_estimate_knows_who_has_had_enough() -> None:
    tag = make.tag()
    follower(tag, "phone-capped", cap=1)
    run_all(plan(tag))

    assert estimate([tag.pk], datetime.now(UTC)).capped == 1


def test_an_estimate_of_many_is_taken_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "SAMPLE", 8)
    tag = make.tag()
    make_crowd(20_000, tag)

    found = estimate([tag.pk], NOON)

    assert not found.is_exact
    assert found.now == found.followers == pytest.approx(20_000, rel=0.1)
