"""Stories and tags as two worker processes decide them, one of which is killed on the way."""

import itertools
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from articles import advance
from articles.models import Alias, Article, ArticleTag, Story
from articles.pace import connect
from articles.tasks import advance_articles
from notifications.models import Alert
from tests import make
from tests.labelled import told_of
from tests.processes import environment, kill, running, wait_until, worker

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = list(itertools.permutations(range(5)))


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "orders",
    [pytest.param(ORDERS, marks=pytest.mark.chaos, id="all"), pytest.param(ORDERS[::6], id="some")],
)
def test_five_articles_in_every_order_are_one_story_and_one_alert(
    orders: list[tuple[int, ...]],
) -> None:
    """Each order has a language of its own, and so a stream of stories of its own."""
    tag = make.tag("Jermuk")
    publishers = [make.publisher() for _ in range(5)]
    now = timezone.now()
    env = environment(PUSH_TRANSPORT="notifications.transports.console.ConsoleTransport")

    with running(worker(env)), running(worker(env)) as other:
        for number, order in enumerate(orders):
            rows = told_of("bridge")
            articles = [
                make.incoming(
                    rows[place]["title"],
                    rows[place]["body"],
                    by=publishers[place],
                    published_at=now - timedelta(minutes=9 * (5 - place)),
                    language=f"x{number:03}",
                )
                for place in order
            ]
            for article in articles:
                advance_articles.delay([str(article.pk)])
            if number == len(orders) // 2:
                kill(other)
                other = worker(env)  # noqa: PLW2901 - the one that is killed at the end
        with running(other):
            wait_until(lambda: not left_behind(), seconds=120)
            wait_until(lambda: Alert.objects.count() >= len(orders))
            time.sleep(1)  # for an alert too many

    assert Article.objects.filter(state=Article.State.ANNOUNCED).count() == 5 * len(orders)
    assert Story.objects.count() == Alert.objects.count() == len(orders)
    assert not Story.objects.exclude(articles__article_tags__tag=tag).exists()


def left_behind() -> bool:
    """Whether articles wait; those that the killed worker had in hand are sent again, as the sweep
    does after half a minute.
    """
    waiting = Article.objects.exclude(state=Article.State.ANNOUNCED)
    if waiting.exists() and not connect().llen("ingest"):
        found = advance.find_left_behind(timezone.now() + timedelta(minutes=1))
        advance_articles.delay([str(pk) for pk in found])
        time.sleep(1)
    return waiting.exists()


@pytest.mark.timeout(120)
def test_a_new_alias_is_active_in_every_process_within_seconds() -> None:
    tag = make.tag("Jermuk")
    env = environment()

    def send(title: str) -> None:
        for _ in range(40):
            advance_articles.delay([str(make.incoming(title).pk)])

    def is_done(count: int) -> bool:
        return Article.objects.filter(state=Article.State.ANNOUNCED).count() == count

    with running(worker(env)), running(worker(env)):
        send("A festival in Jermuk")
        wait_until(lambda: is_done(40))
        Alias.objects.create(tag=tag, phrase="the old spa")
        time.sleep(3)
        send("Queues at the old spa")
        wait_until(lambda: is_done(80))

    assert ArticleTag.objects.filter(tag=tag, article__title="A festival in Jermuk").count() == 40
    assert ArticleTag.objects.filter(tag=tag, article__title="Queues at the old spa").count() == 40
