"""From PostgreSQL to recorded results: a real Celery worker of one process, with leases, limits and
the broker in place, sends an alert to the sink; and what that leaves in the database.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from articles.models import Tag
from notifications import alerts
from notifications.models import Alert
from notifications.releasing import READERS_PER_BATCH
from notifications.tasks import send_batches
from tests import make
from tests.archive import come_to_rest
from tests.bench.push_sink import Sink
from tests.bench.table import Row, middle
from tests.crowd import make_crowd
from tests.processes import Emulator, environment, kill, running, worker

SIZES = (20_000, 200_000, 1_000_000)
COMPARED = 200_000  # beside what others reach: some rounds, since a machine's speed changes
ROUNDS = 3
WINDOWS = (50, 250, 1000, 2500, 5000)
"""Of messages in flight: what a killed worker repeats at most."""
PATIENCE = 600
TICKS = os.sysconf("SC_CLK_TCK")
ROWS = """
    SELECT (SELECT count(*) FROM notifications_batch WHERE alert_id = %(alert)s)
         + (SELECT count(*) FROM notifications_failure f
            JOIN notifications_batch b ON b.id = f.batch_id WHERE b.alert_id = %(alert)s)
"""
HELD = """
    SELECT count(*), coalesce(sum(pg_column_size(h.*)), 0) FROM notifications_holdback h
    JOIN notifications_batch b ON b.id = h.batch_id WHERE b.alert_id = %s
"""


@dataclass(frozen=True)
class Passage:
    """What one alert cost from its planning to its last recorded result."""

    alert: Alert
    count: int
    seconds: float
    planning: float
    cpu: float
    """Of the sending process, seconds."""
    memory: float
    """Its peak, MB."""

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    @property
    def cpu_per_1000(self) -> float:
        return self.cpu / self.count * 1_000_000


class Bench:
    """A database with a crowd, and workers that send to the sink over TLS under its own name."""

    def __init__(self, folder: Path, sink: Sink) -> None:
        self.folder, self.sink = folder, sink
        (folder / "oauth").mkdir()
        self.emulator = Emulator(folder / "oauth")  # gives access tokens, as Google does
        self.number = 0

    def send(self, tag: Tag, count: int, *, port: int, in_flight: int | None = None) -> Passage:
        """One alert to all followers of a tag, by a worker that is warm."""
        self.number += 1
        env = environment(
            DEBUG="no",  # which keeps every statement in memory
            SECRET_KEY="the bench has no secret",
            ALLOWED_HOSTS="localhost",
            TASKS_OF="notifications",
            PUSH_TRANSPORT="notifications.transports.fcm.FcmTransport",
            FIREBASE_CREDENTIALS=self.emulator.credentials,
            FCM_URL=f"https://127.0.0.1:{port}",
            SSL_CERT_FILE=self.sink.authority,
            PUSH_RATE=1_000_000,
            PUSH_RAMP=0,
            PUSH_IN_FLIGHT=in_flight or settings.PUSH_IN_FLIGHT,
            LOG_LEVEL="ERROR",
        )
        program = "tests.bench.shipped"
        with running(worker(env, "push,push.breaking", size=1, program=program)) as process:
            self.warm_up()
            child = find_child(process.pid)
            before = read_cpu(child)
            now = timezone.now()
            article = make.article(f"Alert {self.number}", tags=[tag], published_at=now)
            begun = time.perf_counter()
            batch_ids = alerts.plan_alerts([make.story_of(article).pk], now)
            planned = time.perf_counter()
            send_batches(batch_ids)
            alert = wait_for(Alert.objects.get(story=article.story))
            seconds = time.perf_counter() - planned
            cpu, memory = read_cpu(child) - before, read_peak(child)
        accepted = sum(alert.batches.values_list("accepted_count", flat=True))
        if accepted + sum(alert.batches.values_list("held_back_count", flat=True)) != count:
            raise RuntimeError(f"{accepted} of {count} were accepted")
        return Passage(alert, count, seconds, planned - begun, cpu, memory)

    def warm_up(self) -> None:
        """One alert to one phone: the worker has connected to everything by then."""
        tag = make.tag()
        make.follow(make.device(address=f"warm-up-phone-{self.number:04d}").reader, tag)
        now = timezone.now()
        article = make.article(tags=[tag], published_at=now)
        send_batches(alerts.plan_alerts([make.story_of(article).pk], now))
        wait_for(Alert.objects.get(story=article.story))

    def close(self) -> None:
        kill(self.emulator.process)


def wait_for(alert: Alert) -> Alert:
    end = time.monotonic() + PATIENCE
    while alert.state in {Alert.State.PLANNING, Alert.State.SENDING}:
        if time.monotonic() > end:
            raise TimeoutError(f"alert is {alert.state} after {PATIENCE} s")
        time.sleep(0.02)
        alert.refresh_from_db(fields=["state", "stop_reason"])
    if alert.state != Alert.State.SENT:
        raise RuntimeError(f"alert is {alert.state}: {alert.stop_reason}")
    return alert


def find_child(parent: int) -> int:
    """The one process of a worker's pool."""
    [child] = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return int(child)


def read_cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def read_peak(process: int) -> float:
    [line] = [
        each
        for each in Path(f"/proc/{process}/status").read_text().splitlines()
        if each.startswith("VmHWM")
    ]
    return int(line.split()[1]) / 1024


@dataclass(frozen=True)
class Beside:
    """A passage, and what the limit of the machine was just before and just after it."""

    passage: Passage
    limit: float

    @property
    def rate(self) -> float:
        """Of the limit."""
        return self.passage.rate / self.limit if self.limit else 0


def measure(
    folder: Path, sink: Sink, find_limit: Callable[[], float]
) -> Iterator[Row | list[Beside]]:
    """Rows to print; and of one size all rounds, for ratios beside others."""
    bench = Bench(folder, sink)
    try:
        for size in SIZES:
            tag = make.tag(f"Crowd{size}")
            make_crowd(size, tag)
            come_to_rest()
            if size != COMPARED:
                yield from tell(bench.send(tag, size, port=sink.fast))
                continue
            limits, passages = [find_limit()], []
            for _ in range(ROUNDS):
                passages.append(bench.send(tag, size, port=sink.fast))
                limits.append(find_limit())
            yield from tell(middle(passages))
            around = map(statistics.mean, pairwise(limits))
            yield [Beside(*each) for each in zip(passages, around, strict=True)]
        tag = Tag.objects.get(name=f"Crowd{COMPARED}")
        yield from measure_windows(bench, tag, sink)
        yield from measure_restraint(bench)
    finally:
        bench.close()


def tell(passage: Passage) -> Iterator[Row]:
    what = f"{passage.count:,} recipients, PostgreSQL to recorded results"
    yield Row(what, passage.rate, "messages/s")
    yield Row("  CPU of the sender for 1,000 messages", passage.cpu_per_1000, "ms")
    yield Row("  peak memory of the sender", passage.memory, "MB")
    yield Row("  planning", passage.planning, "s")
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"alert": passage.alert.pk})
        [[rows]] = cursor.fetchall()
    yield Row(
        "  rows written",
        rows,
        "",
        "one for 20,000 readers",
        rows / (passage.count / READERS_PER_BATCH),
    )


def measure_windows(bench: Bench, tag: Tag, sink: Sink) -> Iterator[Row]:
    """How much may be under way: what it gains, and what a kill repeats."""
    for window in WINDOWS:
        fast = bench.send(tag, COMPARED, port=sink.fast, in_flight=window)
        yield Row(f"{window:,} in flight: repeated by a kill, at most", window, "messages")
        yield Row("  at once", fast.rate, "messages/s")
        some = Tag.objects.get(name="Crowd20000")
        slow = bench.send(some, 20_000, port=sink.slow, in_flight=window)
        yield Row("  at 100 ms of latency", slow.rate, "messages/s")


def measure_restraint(bench: Bench) -> Iterator[Row]:
    """All readers have had their one alert of the day: what holding them back leaves."""
    tag = make.tag("Capped")
    make_crowd(20_000, tag, cap=1)
    bench.send(tag, 20_000, port=bench.sink.fast)
    held = bench.send(tag, 20_000, port=bench.sink.fast)
    with connection.cursor() as cursor:
        cursor.execute(HELD, [held.alert.pk])
        [[rows, size]] = cursor.fetchall()
    yield Row("20,000 readers held back by the cap: rows", rows, "")
    yield Row("  in the database", size / 1024, "kB")
    yield Row("  readers a second", held.rate, "")
