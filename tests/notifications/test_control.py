from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from articles.models import Follow, Reader, Story, Tag
from notifications import alerts, control, dispatch, releasing
from notifications.control import ControlError
from notifications.models import Alert, Batch, Variant
from notifications.transports.memory import MemoryTransport
from tests import make
from tests.told import follower, plan, run_all, told

pytestmark = pytest.mark.django_db

WORDS = Variant("en", "New words", "What is known now.", "", "https://daily8.example/1")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def editor() -> Reader:
    return make.reader("editor@daily8.example")


def draft(*tags: Tag, story: Story | None = None, **facts: Any) -> Alert:
    now = timezone.now()
    made = Alert.objects.create(
        story=story,
        title="A free alert",
        link="https://daily8.example/1",
        published_at=now,
        expires_at=now + timedelta(hours=6),
        **facts,
    )
    made.tags.set(tags)
    return made


def let_go(now: datetime) -> None:
    """What the sweep does at some later time, which then is for the database's clock, too."""
    for batch_id in releasing.release_held(now):
        Batch.objects.filter(pk=batch_id).update(release_at=timezone.now())
        dispatch.run_batch(batch_id, MemoryTransport())


@pytest.mark.parametrize(("is_breaking", "hold"), [(True, 10), (False, 90)])
def test_what_an_editor_sends_is_held_and_then_goes_to_all_who_want_it(
    now: datetime,
    editor: Reader,
    is_breaking: bool,  # noqa: FBT001 - a column of the table
    hold: int,
) -> None:
    tag = make.tag()
    follower(tag, "phone-all")
    follower(tag, "phone-top", Follow.Level.TOP)
    follower(tag, "phone-digest", Follow.Level.DIGEST)
    alert = draft(tag, is_breaking=is_breaking)

    goes_at = control.send(alert, editor, now)
    let_go(goes_at - timedelta(seconds=1))
    before = told()
    let_go(goes_at)

    assert goes_at == now + timedelta(seconds=hold)
    assert (before, told()) == ([], ["phone-all", "phone-top"])
    assert alert.editor == editor


def test_a_held_alert_can_be_undone(now: datetime, editor: Reader) -> None:
    tag = make.tag()
    follower(tag, "phone-of-a-reader")
    alert = draft(tag)
    goes_at = control.send(alert, editor, now)

    control.cancel(alert, "an editor")
    let_go(goes_at + timedelta(minutes=1))

    assert told() == []
    assert (alert.state, alert.stop_reason) == ("cancelled", "cancelled by an editor")


def test_an_alert_may_be_set_for_a_time(now: datetime, editor: Reader) -> None:
    tag = make.tag()
    follower(tag, "phone-of-a-reader")
    later = now + timedelta(hours=1)

    assert control.send(draft(tag), editor, now, later) == later
    let_go(later - timedelta(minutes=1))
    assert told() == []
    let_go(later)
    assert told() == ["phone-of-a-reader"]


def test_some_drafts_cannot_be_sent(now: datetime, editor: Reader) -> None:
    tag = make.tag()
    reasons = []
    for alert, at in (
        (draft(), None),
        (draft(tag), now - timedelta(minutes=1)),
        (draft(tag), now + timedelta(hours=7)),
        (draft(tag, pace=timedelta(hours=6)), None),
        (draft(tag, state=Alert.State.SENT), None),
    ):
        with pytest.raises(ControlError) as refused:
            control.send(alert, editor, now, at)
        reasons.append(str(refused.value))

    assert reasons == [
        "it has no tags, so nobody would hear it",
        "that time is over",
        "it would expire before all are told: give it more time",
        "it would expire before all are told: give it more time",
        "only a draft can be sent",
    ]


def test_a_story_that_was_told_is_not_told_by_hand_again(now: datetime, editor: Reader) -> None:
    tag = make.tag()
    story = plan(tag).story

    with pytest.raises(ControlError, match="send an update"):
        control.send(draft(tag, story=story), editor, now)


def test_a_draft_keeps_nobody_from_being_told(now: datetime) -> None:
    tag = make.tag()
    follower(tag, "phone-of-a-reader")
    article = make.article(tags=[tag], published_at=now)
    draft(tag, story=article.story)

    alerts.plan_alerts([make.story_of(article).pk], now)

    assert Alert.objects.exclude(state="draft").get().kind == "initial"


def test_pausing_and_resuming_repeat_nothing(now: datetime) -> None:
    tag = make.tag()
    for number in range(3):
        follower(tag, f"phone-number-{number}")
    alert = plan(tag)
    control.pause(alert, "an editor")

    run_all(alert)
    assert (told(), alert.state) == ([], "paused")

    control.resume(alert, now)
    run_all(alert)
    assert len(told()) == 3
    with pytest.raises(ControlError, match="it is sent"):
        control.pause(alert, "an editor")


def test_an_update_replaces_what_those_who_were_told_are_shown(
    now: datetime, editor: Reader
) -> None:
    tag = make.tag()
    follower(tag, "phone-told", cap=1)
    follower(tag, "phone-digest", Follow.Level.DIGEST)
    alert = plan(tag)
    run_all(alert)
    late = follower(tag, "phone-of-a-new-follower")
    Follow.objects.filter(reader=late.reader).update(followed_at=now + timedelta(minutes=1))
    later = now + timedelta(minutes=5)

    update = control.follow_up(alert, Alert.Kind.UPDATE, WORDS, editor, later)
    let_go(later + timedelta(minutes=2))

    first, second = MemoryTransport.outbox
    assert (first.address, second.address) == ("phone-told", "phone-told")
    assert first.notice.replaces == second.notice.replaces
    assert second.notice.title == "New words"
    assert (update.kind, update.number) == ("update", 1)


def test_a_correction_stops_what_is_wrong(now: datetime, editor: Reader) -> None:
    tag = make.tag()
    follower(tag, "phone-awake")
    asleep = follower(
        tag, "phone-asleep", start=time((now.hour - 1) % 24), end=time((now.hour + 2) % 24)
    )
    alert = plan(tag)
    run_all(alert)
    assert alert.state == "sending"

    control.follow_up(alert, Alert.Kind.CORRECTION, WORDS, editor, now)

    alert.refresh_from_db()
    assert (alert.state, alert.stop_reason) == ("cancelled", "followed by a correction")
    assert not alert.batches.unfinished().exists()
    let_go(now + timedelta(minutes=2))
    [correction] = Alert.objects.filter(kind="correction")
    assert [
        batch.release_at > now + timedelta(minutes=2)
        for batch in correction.batches.order_by("release_at")
    ] == [False, True]
    assert asleep.address not in told()


def test_a_retraction_takes_the_alert_from_phones_at_any_hour(
    now: datetime, editor: Reader
) -> None:
    tag = make.tag()
    follower(tag, "phone-awake", cap=1)
    muted = follower(tag, "phone-muted")
    sleepy = follower(tag, "phone-now-asleep")
    alert = plan(tag)
    run_all(alert)
    MemoryTransport.outbox.clear()
    Follow.objects.filter(reader=muted.reader).update(level="mute")
    make.preference(sleepy.reader, time((now.hour - 1) % 24), time((now.hour + 2) % 24))

    made = control.follow_up(alert, Alert.Kind.RETRACTION, alert.own(), editor, now)
    run_all(made)

    assert told() == ["phone-awake", "phone-muted", "phone-now-asleep"]
    assert all(message.notice.is_removal for message in MemoryTransport.outbox)
    assert {m.notice.replaces for m in MemoryTransport.outbox} == {alert.replaces()}


def test_only_what_was_told_can_be_followed_up(now: datetime, editor: Reader) -> None:
    free = draft(make.tag(), state="sent", planned_at=now)
    untold = draft(make.tag())

    for alert, kind in (
        (untold, Alert.Kind.UPDATE),
        (free, Alert.Kind.UPDATE),
        (plan(make.tag()), Alert.Kind.EXTENSION),
    ):
        with pytest.raises(ControlError):
            control.follow_up(alert, kind, WORDS, editor, now)


def test_an_alert_of_a_story_that_was_merged_while_it_was_held_tells_nobody_twice(
    now: datetime, editor: Reader
) -> None:
    tag, other = make.tag(), make.tag()
    follower(tag, "phone-of-a-reader")
    follower(other, "phone-of-another")
    first, second = plan(tag), make.article(tags=[tag, other], published_at=now)
    run_all(first)
    held = draft(tag, other, story=second.story)
    goes_at = control.send(held, editor, now)
    Story.objects.filter(pk=make.story_of(second).pk).update(merged_into=first.story)

    let_go(goes_at)

    held.refresh_from_db()
    run_all(held)
    assert (held.kind, held.state) == ("extension", "sent")
    assert told() == ["phone-of-a-reader", "phone-of-another"]
