"""What is promised when workers, Redis and PostgreSQL die in mid-send: nobody is lost, and a kill
repeats at most the chunk that was in the air."""

import random
import time
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from notifications import alerts
from notifications.models import Alert
from tests import make
from tests.crowd import make_crowd
from tests.processes import Emulator, beat, environment, kill, running, worker

pytestmark = pytest.mark.django_db(transaction=True)

IN_FLIGHT = 200
PATIENCE = 240


def variables(emulator: Emulator) -> dict[str, str]:
    return environment(
        **emulator.variables(),
        PUSH_IN_FLIGHT=IN_FLIGHT,
        PUSH_RAMP=0,
        PUSH_LEASE=2,
        PUSH_SWEEP_EVERY=0.5,
        DATABASE_POOL=2,
        LOG_LEVEL="ERROR",
    )


def start_alert(size: int) -> Alert:
    tag = make.tag()
    make_crowd(size, tag)
    now = timezone.now()
    article = make.article(tags=[tag], published_at=now)
    alerts.plan_alerts([make.story_of(article).pk], now)
    return Alert.objects.get()


def is_over(alert: Alert) -> bool:
    alert.refresh_from_db()
    return alert.state != Alert.State.SENDING


def send_while_killing(alert: Alert, env: dict[str, str], every: tuple[float, float]) -> int:
    """Two workers, one of which is killed and replaced at random moments; how many were killed."""
    kills = 0
    workers = [worker(env), worker(env)]
    end = time.monotonic() + PATIENCE
    try:
        while not is_over(alert) and time.monotonic() < end:
            time.sleep(random.uniform(*every))
            if not is_over(alert):
                kill(workers.pop(0))
                workers.append(worker(env))
                kills += 1
    finally:
        for each in workers:
            kill(each)
    return kills


def check_promises(alert: Alert, emulator: Emulator, size: int, kills: int) -> None:
    counts = emulator.counts()
    assert alert.state == Alert.State.SENT
    assert counts["addresses"] == size
    # Each worker has two processes with a chunk in the air.
    assert counts["accepted"] - size <= 2 * IN_FLIGHT * kills
    assert counts["max_per_address"] <= 1 + kills


@pytest.mark.timeout(280)
def test_killed_workers_lose_nobody_and_repeat_at_most_a_chunk(
    emulator: Emulator, tmp_path: Path
) -> None:
    alert = start_alert(20_000)
    env = variables(emulator)

    with running(beat(env, tmp_path)):
        kills = send_while_killing(alert, env, every=(2.5, 4.0))

    assert kills >= 2
    check_promises(alert, emulator, 20_000, kills)


@pytest.mark.timeout(120)
def test_a_flushed_redis_loses_nobody_and_repeats_nothing(
    emulator: Emulator, tmp_path: Path
) -> None:
    alert = start_alert(5_000)
    env = variables(emulator)

    with running(beat(env, tmp_path)), running(worker(env)):
        broker = redis.Redis.from_url(settings.REDIS_URL)
        while not is_over(alert):
            time.sleep(1)
            broker.flushall()

    check_promises(alert, emulator, 5_000, 0)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_200_000_recipients_and_many_kills(emulator: Emulator, tmp_path: Path) -> None:
    alert = start_alert(200_000)
    env = variables(emulator)

    with running(beat(env, tmp_path)):
        kills = send_while_killing(alert, env, every=(2.0, 6.0))

    check_promises(alert, emulator, 200_000, kills)
