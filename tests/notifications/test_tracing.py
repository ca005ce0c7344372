from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Follow
from notifications.models import Alert, Device, Failure
from notifications.reactions import Reported, store_reactions
from notifications.tracing import Trace, trace
from tests import make
from tests.told import follower, plan, run_all

pytestmark = pytest.mark.django_db


def ask(alert: Alert, who: object) -> Trace:
    found = trace(alert, str(who), timezone.now())
    assert found is not None
    return found


def test_a_reader_is_found_by_device_id_and_address() -> None:
    tag = make.tag()
    device = follower(tag, "phone-1")
    device.reader.email = "ani@example.org"
    device.reader.save()
    alert = plan(tag)
    run_all(alert)

    reasons = {ask(alert, who).reason for who in (device.pk, device.reader_id, "ani@example.org")}

    assert reasons == {"The reader was told."}
    assert trace(alert, "nobody@example.org", timezone.now()) is None


def test_every_reason_has_a_sentence() -> None:
    tag, now = make.tag(), timezone.now()
    # Around now, over midnight too.
    asleep_from, asleep_until = (
        (now + hours).time().replace(second=0, microsecond=0)
        for hours in (timedelta(hours=-2), timedelta(hours=2))
    )
    who = {
        "muted": follower(tag, "muted", Follow.Level.MUTE),
        "digest": follower(tag, "digest", Follow.Level.DIGEST),
        "quiet hours": follower(tag, "asleep", start=asleep_from, end=asleep_until),
        "none of its tags": make.device(),
    }
    alert = plan(tag)
    run_all(alert)

    for words, device in who.items():
        assert words in ask(alert, device.pk).reason


def test_who_followed_too_late_was_not_in_the_audience() -> None:
    tag = make.tag()
    alert = plan(tag)
    late = make.device()
    make.follow(late.reader, tag, since=timezone.now() + timedelta(seconds=1))

    assert "decided already" in ask(alert, late.pk).reason


def test_a_device_says_what_the_provider_and_the_app_said() -> None:
    tag, now = make.tag(), timezone.now()
    refused, shown = follower(tag, "refused"), follower(tag, "shown")
    alert = plan(tag)
    run_all(alert)
    batch = alert.batches.get()
    Failure.objects.create(
        batch=batch,
        device=refused,
        address_digest=refused.address_digest,
        outcome="gone",
        code="UNREGISTERED",
    )
    Device.objects.filter(pk=refused.pk).update(state=Device.State.GONE)
    store_reactions(shown, [Reported(alert.pk, "opened", now)], now)

    [(_, of_refused)] = ask(alert, refused.pk).devices
    [(_, of_shown)] = ask(alert, shown.pk).devices

    assert "UNREGISTERED" in of_refused
    assert "it is gone" in of_refused
    assert of_shown.startswith("opened")
