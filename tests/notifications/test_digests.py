from datetime import UTC, datetime, time, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from articles.models import Follow, Reader, Story, Tag
from notifications import alerts, digests
from notifications.models import Alert, Device, Holdback, Preference, Reaction
from notifications.transports.memory import MemoryTransport
from tests import make
from tests.told import run_all, told

pytestmark = pytest.mark.django_db

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
EIGHT = datetime.combine(YESTERDAY, time(8), UTC)
EVENING = EIGHT - timedelta(hours=9)
NIGHT = (time(22), time(7))


def reader(tag: Tag, address: str, level: Follow.Level = Follow.Level.ALL) -> Reader:
    made = make.reader()
    make.preference(made, *NIGHT, digest_at=time(8))
    make.follow(made, tag, level, since=EIGHT - timedelta(days=3))
    make.device(made, address)
    return made


def plan(tag: Tag, at: datetime, title: str = "", story: Story | None = None) -> Alert:
    article = make.article(title, tags=[tag], published_at=at, of_story=story)
    alerts.plan_alerts([make.story_of(article).pk], at)
    return Alert.objects.filter(story=article.story).latest("pk")


def send_digests(now: datetime = EIGHT) -> None:
    digests.plan_digests(now)
    # Expiry goes by the database's clock, which is not at eight o'clock while this runs.
    Alert.objects.filter(kind="digest").update(expires_at=datetime.now(UTC) + timedelta(hours=1))
    for digest in Alert.objects.filter(kind="digest", state="sending"):
        run_all(digest)


def bodies() -> list[str]:
    return [message.notice.body for message in MemoryTransport.outbox]


def test_what_outlasted_the_night_comes_in_the_morning() -> None:
    tag = make.tag()
    reader(tag, "phone-of-a-sleeper")
    plan(tag, EVENING, "A bridge opens at night")

    send_digests()

    [message] = MemoryTransport.outbox
    assert message.notice.kind == "digest"
    assert (message.notice.title, message.notice.body) == (
        "A story for you",
        "• A bridge opens at night",
    )


def test_a_digest_comes_once_however_often_it_is_planned() -> None:
    tag = make.tag()
    reader(tag, "phone-of-a-sleeper")
    plan(tag, EVENING)

    for minutes in (0, 1, 90):
        send_digests(EIGHT + timedelta(minutes=minutes))

    assert told() == ["phone-of-a-sleeper"]


def test_who_changes_the_hour_gets_no_second_digest_that_day() -> None:
    tag = make.tag()
    sleeper = reader(tag, "phone-of-a-sleeper")
    plan(tag, EVENING)
    send_digests()

    make.preference(sleeper, *NIGHT, digest_at=time(9))
    send_digests(EIGHT + timedelta(hours=1))

    assert told() == ["phone-of-a-sleeper"]


def test_nothing_to_say_nothing_sent() -> None:
    tag = make.tag()
    reader(tag, "phone-of-a-sleeper")

    send_digests()

    assert told() == []
    assert Alert.objects.get().state == Alert.State.SENT


@pytest.mark.parametrize("level", [Follow.Level.DIGEST, Follow.Level.TOP])
def test_a_tag_followed_for_the_digest_is_told_in_it(level: Follow.Level) -> None:
    tag = make.tag()
    reader(tag, "phone-of-a-patient-reader", level)
    plan(tag, EVENING - timedelta(hours=6), "A bridge opens by day")

    send_digests()

    assert bodies() == ["• A bridge opens by day"]


@pytest.mark.parametrize("reason", Holdback.Reason)
def test_what_was_held_back_is_told_in_the_digest(reason: Holdback.Reason) -> None:
    tag = make.tag()
    busy = reader(tag, "phone-of-a-busy-reader")
    alert = plan(tag, EVENING - timedelta(hours=6))
    batch = alert.batches.get()
    alert.batches.update(cursor_shard=batch.last_shard + 1, state="done")
    Holdback.objects.create(
        batch=batch, reason=reason, first_shard=0, last_shard=65_535, reader_ids=[busy.pk]
    )

    send_digests()

    assert bodies() == [f"• {alert.title}"]


def test_what_was_told_or_read_or_taken_back_is_not() -> None:
    told_tag, read_tag, back_tag = make.tag(), make.tag(), make.tag()
    phone = reader(told_tag, "phone-of-a-reader")
    for tag in (read_tag, back_tag):
        make.follow(phone, tag, Follow.Level.DIGEST, since=EIGHT - timedelta(days=3))
    heard = plan(told_tag, EVENING - timedelta(hours=6))
    heard.batches.update(cursor_shard=65_536, state="done")
    opened = plan(read_tag, EVENING)
    Reaction.objects.create(
        alert=opened, device=Device.objects.get(), kind="opened", happened_at=EVENING
    )
    gone = plan(back_tag, EVENING)
    alerts.take_back(gone, EVENING)

    send_digests()

    assert bodies() == []


def test_a_story_told_in_another_alert_did_not_wait() -> None:
    tag, other = make.tag(), make.tag()
    phone = reader(tag, "phone-of-a-reader")
    make.follow(phone, other, Follow.Level.DIGEST, since=EIGHT - timedelta(days=3))
    first = plan(tag, EVENING - timedelta(hours=6))
    first.batches.update(cursor_shard=65_536, state="done")
    plan(other, EVENING - timedelta(hours=5), story=first.story)

    send_digests()

    assert bodies() == []


def test_what_comes_by_itself_when_the_reader_wakes_is_not_told_before() -> None:
    tag = make.tag()
    late = make.reader()
    make.preference(late, time(23), time(10), digest_at=time(10))
    make.follow(late, tag, since=EIGHT - timedelta(days=3))
    make.device(late, "phone-of-a-late-riser")
    plan(tag, EIGHT - timedelta(hours=1))

    send_digests(EIGHT + timedelta(hours=2))

    assert told() == []


def test_the_best_come_first_and_the_rest_is_counted() -> None:
    tag = make.tag()
    reader(tag, "phone-of-a-sleeper")
    for number in range(6):
        plan(tag, EVENING + timedelta(minutes=number), f"Story {number}")
    important = plan(tag, EVENING - timedelta(minutes=5), "Told by three").story
    for number in range(2):
        make.article(f"Retold {number}", of_story=important, published_at=EVENING)
    Story.objects.filter(lead__title="Story 2").update(is_breaking=True)
    Alert.objects.filter(title="Story 2").update(is_breaking=True)

    send_digests()

    [message] = MemoryTransport.outbox
    assert message.notice.title == "7 stories for you"
    assert message.notice.body.splitlines() == [
        f"• {title}" for title in ("Story 2", "Told by three", "Story 5", "Story 4", "Story 3")
    ]


def test_who_turned_alerts_off_gets_none() -> None:
    tag = make.tag()
    reader(tag, "phone-of-a-reader")
    Preference.objects.update(is_on=False)
    plan(tag, EVENING)

    send_digests()

    assert told() == []


def test_a_digest_missed_for_hours_is_not_made_up_for() -> None:
    tag = make.tag()
    reader(tag, "phone-of-a-sleeper")
    plan(tag, EVENING)

    assert digests.plan_digests(EIGHT + digests.LATE) == []
    assert digests.plan_digests(EIGHT + timedelta(hours=2)) != []


def test_a_chunk_of_digests_costs_the_same_for_many_readers(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    tag = make.tag()
    for number in range(20):
        reader(tag, f"phone-number-{number}")
    plan(tag, EVENING)
    digests.plan_digests(EIGHT)
    Alert.objects.filter(kind="digest").update(expires_at=datetime.now(UTC) + timedelta(hours=1))
    digest = Alert.objects.get(kind="digest")

    with django_assert_num_queries(19):
        run_all(digest)

    assert len(told()) == 20
