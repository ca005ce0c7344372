import itertools
import multiprocessing
import random
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from string import ascii_lowercase
from typing import Any

import pytest
from django.db import connection, connections
from pytest_django import DjangoAssertNumQueries

from articles import grouping
from articles.gazetteer import tag_articles
from articles.grouping import MEMORIES, Memory, group_articles
from articles.models import Article, Fingerprint, Story, StoryPair, Stream
from articles.similarity import Rules
from tests import make
from tests.labelled import read_rows, told_of

pytestmark = pytest.mark.django_db


def take_in(rows: Iterable[dict[str, Any]], **facts: Any) -> list[Article]:
    return [
        make.incoming(
            row["title"],
            row["body"],
            published_at=datetime.fromisoformat(row["ts"]),
            **facts,
        )
        for row in rows
    ]


def group(articles: Iterable[Article]) -> None:
    ids = [article.pk for article in articles]
    tag_articles(ids)
    group_articles(ids)


def partition(articles: Sequence[Article]) -> list[list[int]]:
    """Which articles are together, by their place in the list; the same for any story ids."""
    told = dict(Article.objects.values_list("pk", "story_id"))
    stories: dict[object, list[int]] = {}
    for at, article in enumerate(articles):
        stories.setdefault(told[article.pk], []).append(at)
    return list(stories.values())


def test_articles_of_one_event_become_one_story_in_any_order_and_over_restarts() -> None:
    """Every fifth order here; all of them, by two workers, in the journeys."""
    bridge = take_in(told_of("bridge"))
    for number, order in enumerate(list(itertools.permutations(bridge))[::5]):
        Article.objects.update(story=None, state=Article.State.STORED)
        Fingerprint.objects.all().delete()
        MEMORIES.clear()
        for place, article in enumerate(order):
            if place == number % 5:
                MEMORIES.clear()  # as a process begins
            group([article])

        assert partition(bridge) == [[0, 1, 2, 3, 4]]


def test_events_that_resemble_one_another_stay_apart() -> None:
    rows = [*told_of("bridge"), *told_of("bridge-south"), *told_of("chess"), *told_of("chess-team")]
    articles = take_in(rows)

    group(articles)

    assert partition(articles) == [[0, 1, 2, 3, 4], [5, 6, 7], [8, 9], [10, 11]]


def test_a_story_tells_its_times_and_leads_with_a_picture() -> None:
    first, second, third = take_in(told_of("bridge")[:3])
    Article.objects.filter(pk=second.pk).update(image_url="https://a.example/1.jpg")

    group([third, second, first])

    story = Story.objects.get()
    assert story.lead_id == second.pk
    assert (story.first_published_at, story.last_published_at) == (
        first.published_at,
        third.published_at,
    )


def test_what_a_process_does_not_remember_it_reads() -> None:
    """Another process is one whose memory lacks what this one has just decided."""
    rows = told_of("bridge")
    first, second, third = take_in(rows[:3])
    group([first])
    elsewhere = dict(MEMORIES)
    MEMORIES.clear()
    group([second])
    MEMORIES.clear()
    MEMORIES.update(elsewhere)

    group([third])

    memory = MEMORIES["en"]
    assert memory.window.held == 3
    assert partition([first, second, third]) == [[0, 1, 2]]


def make_events(count: int) -> list[tuple[str, str]]:
    """Titles and texts of many events, some so alike that every digit of a likeness counts."""
    random_ = random.Random(4)
    words = ["".join(random_.choices(ascii_lowercase, k=random_.randint(3, 9))) for _ in range(900)]
    events = [random_.sample(words, 14) for _ in range(250)]
    texts = []
    for _ in range(count):
        told = [*random_.sample(random_.choice(events), 9), *random_.sample(words, 16)]
        random_.shuffle(told)
        texts.append((" ".join(told[:7]).title(), " ".join(told[7:])))
    return texts


def test_a_restart_changes_no_decision_on_two_thousand_articles() -> None:
    events = make_events(2_000)

    def replay(*, has_restarts: bool) -> list[list[int]]:
        made = make.many_incoming(events, every=timedelta(minutes=6))
        for at in range(0, len(made), 400):
            group_articles(article.pk for article in made[at : at + 400])
            if has_restarts:
                MEMORIES.clear()
        found = partition(made)
        Fingerprint.objects.all().delete()
        MEMORIES.clear()
        return found

    whole, restarted = replay(has_restarts=False), replay(has_restarts=True)

    assert 200 < len(whole) < 1_500
    assert restarted == whole


def test_a_wire_text_joins_however_it_was_cut() -> None:
    wire = " ".join(row["body"] for row in read_rows("stories.jsonl")[:6])
    whole = make.incoming("Agency report from Jermuk", wire)
    cut = make.incoming("What happened at the river", wire[len(wire) // 2 :])

    group([whole, cut])

    assert partition([whole, cut]) == [[0, 1]]
    assert list(Article.objects.order_by("pk").values_list("is_copy", flat=True)) == [False, True]


def test_a_grey_pair_joins_nothing_and_waits_for_an_editor() -> None:
    water, pipes = take_in([told_of("water")[0], told_of("chess-team")[0]])
    group([water])
    MEMORIES["en"].window.rules = Rules(threshold=0.9, short_threshold=0.9, maybe=0.000001, few=1)

    group([pipes])

    pair = StoryPair.objects.get()
    pipes.refresh_from_db()
    water.refresh_from_db()
    assert (pair.story_id, pair.other_id) == (pipes.story_id, water.story_id)
    assert pair.state == StoryPair.State.OPEN


def test_languages_are_apart_and_regions_are_not() -> None:
    rows = told_of("bridge")[:3]
    english, british = take_in(rows[:1], language="en"), take_in(rows[1:2], language="en-GB")
    unknown = take_in(rows[2:], language="")

    group([*english, *british, *unknown])

    assert partition([*english, *british, *unknown]) == [[0, 1], [2]]
    assert set(Story.objects.values_list("language", flat=True)) == {"en", "und"}


def test_nothing_joins_a_locked_story() -> None:
    first, second = take_in(told_of("bridge")[:2])
    group([first])
    Story.objects.update(is_locked=True)
    MEMORIES.clear()

    group([second])

    assert partition([first, second]) == [[0], [1]]


def test_an_edited_article_stays_in_its_story() -> None:
    first, second = take_in(told_of("bridge")[:2])
    group([first, second])
    Article.objects.filter(pk=second.pk).update(title="Other news", state=Article.State.STORED)

    group([second])

    second.refresh_from_db()
    assert partition([first, second]) == [[0, 1]]
    assert second.state == Article.State.GROUPED


def test_old_articles_are_compared_with_nothing_that_is_too_new() -> None:
    new, old = take_in(told_of("bridge")[:2])
    Article.objects.filter(pk=old.pk).update(published_at=new.published_at - timedelta(days=9))

    group([new])
    group([old])

    assert partition([new, old]) == [[0], [1]]
    assert Fingerprint.objects.count() == 1


def test_a_failure_leaves_no_memory_of_what_was_rolled_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = take_in(told_of("bridge")[:2])

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("articles.grouping.Decided.write", fail)
        tag_articles([first.pk])
        with pytest.raises(OSError, match="full"):
            group_articles([first.pk])
    group([second])

    assert MEMORIES["en"].window.held == 1


@pytest.mark.parametrize("count", [1, 20])
def test_queries_do_not_grow_with_the_articles(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = [make.incoming(f"Title {n} {'xyz'[n % 3] * 9}", "") for n in range(count)]
    ids = [article.pk for article in made]
    tag_articles(ids)
    group([make.incoming("A first one")])

    with django_assert_num_queries(11):
        group_articles(ids)


@pytest.mark.django_db(transaction=True)
def test_two_workers_decide_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would meet where each has read what is decided, and neither would see the other's."""
    articles = take_in(told_of("bridge")[:2])
    tag_articles(article.pk for article in articles)
    Stream.objects.create(language="en")
    forked = multiprocessing.get_context("fork")
    barrier = forked.Barrier(2)

    def remember_together(stream: Stream) -> Memory:
        memory = remember(stream)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(3)
        return memory

    remember = grouping.remember
    monkeypatch.setattr(grouping, "remember", remember_together)
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL alone
    workers = [forked.Process(target=group_articles, args=([a.pk],)) for a in articles]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [worker.exitcode for worker in workers] == [0, 0]
    assert partition(articles) == [[0, 1]]
