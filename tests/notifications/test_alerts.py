from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from articles import corrections
from articles.models import Article, ArticleTag, Follow, Publisher, Story, StoryPair, Tag
from articles.takedown import take_down
from notifications import alerts, dispatch, releasing
from notifications.models import Alert, Batch, Preference
from notifications.transports.memory import MemoryTransport
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


def story_about(*tags: Tag, at: datetime, language: str = "en") -> Story:
    """Of one article that may alert; seen just now, before any correction."""
    story = make.story_of(make.article(tags=list(tags), published_at=at))
    Story.objects.filter(pk=story.pk).update(language=language)
    story.refresh_from_db()
    return story


def told() -> list[tuple[str, list[str]]]:
    """The alerts, each with its kind and the names of its tags."""
    made = Alert.objects.order_by("pk")
    return [(each.kind, sorted(tag.name for tag in each.tags.all())) for each in made]


def test_corrections_alert_nobody(now: datetime) -> None:
    first, second = story_about(make.tag("A"), at=now), story_about(make.tag("B"), at=now)
    make.article(of_story=second, tags=[make.tag("C")], published_at=now)
    alerts.plan_alerts([first.pk], now)
    later = now + timedelta(minutes=1)

    merge = corrections.merge(first, [second], None, later)
    alerts.plan_alerts([first.pk, second.pk], later)
    alerts.plan_forgotten(later)
    corrections.undo(merge, None, later)
    alerts.plan_alerts([first.pk, second.pk], later)
    split = corrections.move([second.articles.all()[0]], None, None, later)
    alerts.plan_forgotten(later)
    corrections.undo(split, None, later)
    alerts.plan_forgotten(later)
    corrections.merge_tags(Tag.objects.get(name="A"), make.tag("D"), None, later)
    alerts.plan_forgotten(later)

    assert told() == [("initial", ["A"])]


def test_news_after_a_correction_reaches_who_was_not_told(now: datetime) -> None:
    one, other = make.tag("A"), make.tag("B")
    first, second = story_about(one, at=now), story_about(other, at=now)
    alerts.plan_alerts([first.pk], now)
    corrections.merge(first, [second], None, now)

    later = now + timedelta(minutes=5)
    by = first.articles.all()[0].publisher
    make.article(of_story=first, by=by, tags=[one, other], published_at=later)
    alerts.plan_alerts([first.pk], later)

    assert told() == [("initial", ["A"]), ("extension", ["B"])]


def test_a_tag_gained_later_reaches_those_only_who_were_not_told(now: datetime) -> None:
    before, gained = make.tag("A"), make.tag("B")
    heard, new = make.device(address="heard-of-it-before"), make.device(address="hears-of-it-now")
    make.follow(heard.reader, before)
    make.follow(heard.reader, gained)
    make.follow(new.reader, gained)
    story = story_about(before, at=now)
    run_all(alerts.plan_alerts([story.pk], now))

    make.article(of_story=story, tags=[before, gained], published_at=now)
    run_all(alerts.plan_alerts([story.pk], now))
    run_all(alerts.plan_alerts([story.pk], now))

    assert told() == [("initial", ["A"]), ("extension", ["B"])]
    assert [m.address for m in MemoryTransport.outbox] == ["heard-of-it-before", "hears-of-it-now"]


def test_the_sweep_sees_a_gained_tag_that_nobody_announced(now: datetime) -> None:
    story = story_about(make.tag("A"), at=now)
    alerts.plan_alerts([story.pk], now)
    make.article(of_story=story, tags=[make.tag("B")], published_at=now)

    alerts.plan_forgotten(now)

    assert told() == [("initial", ["A"]), ("extension", ["B"])]


@pytest.mark.parametrize("facts", [{"may_alert": False}, {"is_active": False}])
def test_some_tags_alert_nobody(now: datetime, facts: dict[str, Any]) -> None:
    tag = make.tag()
    Tag.objects.update(**facts)

    alerts.plan_alerts([story_about(tag, at=now).pk], now)

    assert told() == []


def test_an_old_article_that_gets_a_tag_alerts_nobody(now: datetime) -> None:
    story = story_about(make.tag(), at=now)
    ArticleTag.objects.update(is_late=True)

    alerts.plan_alerts([story.pk], now)

    assert told() == []


def test_what_may_be_the_same_tells_nobody_twice_within_two_hours(now: datetime) -> None:
    shared, other = make.tag("A"), make.tag("B")
    first, second = story_about(shared, at=now), story_about(shared, other, at=now)
    StoryPair.objects.create(story=second, other=first, likeness=0.14)
    alerts.plan_alerts([first.pk], now)

    alerts.plan_alerts([second.pk], now)

    assert told() == [("initial", ["A"]), ("initial", ["B"])]
    later = now + timedelta(hours=2, minutes=1)
    alerts.plan_alerts([second.pk], later)
    assert told()[2:] == [("extension", ["A"])]


def test_linked_stories_share_one_alert_in_the_reader_s_language(now: datetime) -> None:
    tag = make.tag()
    english = story_about(tag, at=now)
    armenian = story_about(tag, at=now, language="hy")
    Article.objects.filter(story=armenian).update(title="Կամուրջը բացվեց")
    corrections.link(armenian, english, None, now - timedelta(minutes=1))
    speakers = {"hy": ["hy"], "both": ["ru", "hy", "en"], "ru": ["ru"], "any": []}
    for name, languages in speakers.items():
        phone = make.device(address=f"phone-of-{name}-reader", locale="en-GB")
        make.follow(phone.reader, tag)
        Preference.objects.filter(reader=phone.reader).update(languages=languages)

    runnable = alerts.plan_alerts([english.pk, armenian.pk], now)
    run_all(runnable)

    assert Alert.objects.count() == 1
    shown = {m.address: m.notice.title for m in MemoryTransport.outbox}
    assert shown == {
        "phone-of-hy-reader": "Կամուրջը բացվեց",
        "phone-of-both-reader": "Կամուրջը բացվեց",
        "phone-of-any-reader": english.articles.get().title,
    }


def test_a_story_in_no_known_language_is_for_everybody(now: datetime) -> None:
    tag = make.tag()
    phone = make.device()
    make.follow(phone.reader, tag)
    Preference.objects.update(languages=["hy"])

    run_all(alerts.plan_alerts([story_about(tag, at=now, language="und").pk], now))

    assert len(MemoryTransport.outbox) == 1


def test_followers_of_a_tag_that_is_merged_meanwhile_are_all_told(now: datetime) -> None:
    tag, target = make.tag(), make.tag()
    make.follow(make.device().reader, tag)
    runnable = alerts.plan_alerts([story_about(tag, at=now).pk], now)
    corrections.merge_tags(tag, target, None, now)

    run_all(runnable)

    assert len(MemoryTransport.outbox) == 1


def run_all(batch_ids: list[int]) -> None:
    for batch_id in batch_ids:
        dispatch.run_batch(batch_id, MemoryTransport())


@pytest.mark.parametrize("told_tags", [1, 4])
def test_planning_costs_the_same_whatever_the_number_of_tags(
    now: datetime, told_tags: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    story = story_about(*(make.tag() for _ in range(told_tags)), at=now)

    with django_assert_num_queries(28):
        alerts.plan_alerts([story.pk], now)


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

    assert releasing.find_runnable() == [batch_id]
    assert alerts.plan_forgotten(now) == []


def test_the_longest_words_fit_the_alert(now: datetime) -> None:
    article = make.article("w" * 500, tags=[make.tag()], published_at=now, summary="s" * 2000)

    alerts.plan_alerts([make.story_of(article).pk], now)

    alert = Alert.objects.get()
    assert (len(alert.title.encode()), len(alert.body.encode())) == (240, 600)


def reader_at(level: Follow.Level, tag: Tag, address: str) -> None:
    phone = make.device(address=address)
    make.follow(phone.reader, tag, level)


def test_who_wants_the_most_important_hears_what_three_publishers_tell(now: datetime) -> None:
    tag = make.tag()
    reader_at(Follow.Level.ALL, tag, "phone-all")
    reader_at(Follow.Level.TOP, tag, "phone-top")
    story = story_about(tag, at=now)
    run_all(alerts.plan_alerts([story.pk], now))
    assert [m.address for m in MemoryTransport.outbox] == ["phone-all"]

    for _ in range(2):
        make.article(of_story=story, tags=[tag], published_at=now)
        run_all(alerts.plan_alerts([story.pk], now))

    assert [m.address for m in MemoryTransport.outbox] == ["phone-all", "phone-top"]
    assert [(a.kind, a.levels) for a in Alert.objects.order_by("pk")] == [
        ("initial", ["all"]),
        ("extension", ["top"]),
    ]
    assert alerts.plan_forgotten(now) == []


def test_where_nobody_wants_only_the_most_important_one_alert_is_enough(now: datetime) -> None:
    tag = make.tag()
    story = story_about(tag, at=now)
    alerts.plan_alerts([story.pk], now)
    for _ in range(2):
        make.article(of_story=story, tags=[tag], published_at=now)

    alerts.plan_alerts([story.pk], now)

    assert Alert.objects.get().levels == ["all", "top"]


@pytest.mark.parametrize(
    ("title", "words", "is_breaking"),
    [
        ("URGENT: dam fails", ["Urgent"], True),
        ("URGENT: dam fails", [], False),
        ("Dam fails", ["Urgent"], False),
    ],
)
def test_a_publisher_calls_news_breaking_only_where_an_editor_lets_it(
    now: datetime,
    title: str,
    words: list[str],
    is_breaking: bool,  # noqa: FBT001 - a column of the table
) -> None:
    tag = make.tag()
    reader_at(Follow.Level.TOP, tag, "phone-top")
    by = make.publisher()
    Publisher.objects.filter(pk=by.pk).update(breaking_words=words)
    article = make.article(title, by=by, tags=[tag], published_at=now)

    run_all(alerts.plan_alerts([make.story_of(article).pk], now))

    assert Alert.objects.get().is_breaking is is_breaking
    assert [m.address for m in MemoryTransport.outbox] == (["phone-top"] if is_breaking else [])


def test_breaking_news_wakes_those_who_let_it(now: datetime) -> None:
    tag = make.tag()
    night = (time((now.hour - 1) % 24), time((now.hour + 2) % 24))
    for address, is_open in (("phone-open", True), ("phone-closed", False)):
        phone = make.device(address=address)
        make.preference(phone.reader, *night, is_open_to_breaking=is_open)
        make.follow(phone.reader, tag)
    story = story_about(tag, at=now)
    Story.objects.update(is_breaking=True)

    run_all(alerts.plan_alerts([story.pk], now))

    assert [m.address for m in MemoryTransport.outbox] == ["phone-open"]


def test_a_takedown_takes_the_alert_from_phones(now: datetime) -> None:
    tag = make.tag()
    phone = make.device()
    make.follow(phone.reader, tag)
    story = story_about(tag, at=now)
    run_all(alerts.plan_alerts([story.pk], now))
    take_down([story.articles.get().pk], now)

    run_all(alerts.plan_alerts([story.pk], now))
    run_all(alerts.plan_alerts([story.pk], now))

    kinds = [message.notice.kind for message in MemoryTransport.outbox]
    assert kinds == ["initial", "retraction"]


def test_a_story_whose_articles_moved_elsewhere_is_not_taken_back(now: datetime) -> None:
    first, second = story_about(make.tag(), at=now), story_about(make.tag(), at=now)
    alerts.plan_alerts([first.pk, second.pk], now)

    corrections.merge(first, [second], None, now)
    alerts.plan_alerts([first.pk, second.pk], now)

    assert not Alert.objects.filter(kind="retraction").exists()
