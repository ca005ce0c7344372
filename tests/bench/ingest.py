"""200 feeds of 50 entries into the database: lemon24/reader, feedparser with Django, and ours.

Four passes of one worker process each: cold, all 304, 3 of 50 entries edited, the same bodies
without validators; then ours, cold, with two workers, thrice as well.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from articles.models import Feed, Publisher
from tests.bench.ingest_server import ENTRIES, FEEDS
from tests.bench.ingest_worker import address
from tests.bench.table import Row, show_progress
from tests.processes import ROOT, environment

PASSES = ("cold", "all 304", "3 of 50 edited", "same, no validators")
SYSTEMS = ("reader", "naive", "ours")
# Ours is soon over, so that anything disturbs it: thrice, between the others, and the median.
TURNS = ("ours", "reader", "ours", "naive", "ours")
AGAIN = {"all 304": 9}  # as above: a tenth of a second
STEPS = len(PASSES) * len(TURNS) + 1
Figures = dict[str, float]


class Worker:
    """One worker process, told when to begin a pass."""

    def __init__(self, who: str, folder: Path, url: str, first: int, last: int) -> None:
        port = url.rpartition(":")[2]
        hosts = ",".join(address(number, int(port)).split("/")[2] for number in range(FEEDS))
        env = environment(OUTBOUND_ALLOW=hosts, FETCH_HOST_GAP=0, LOG_LEVEL="ERROR")
        env |= {"DJANGO_SETTINGS_MODULE": "backend.settings"}
        arguments = (who, str(folder), port, str(first), str(last))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.ingest_worker", *arguments],
            cwd=ROOT,
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.read()

    def read(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("a worker of the benchmark has died")
        return line

    def begin(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def end(self) -> Figures:
        figures: Figures = json.loads(self.read())
        return figures

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextlib.contextmanager
def serving() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.ingest_server"],
        cwd=ROOT,
        env=os.environ | {"DEBUG": "yes"},
        text=True,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


def ask(method: str, url: str) -> str:
    request = urllib.request.Request(url, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.read().decode())


def postgres_cpu() -> float:
    """CPU seconds of our own PostgreSQL: of what lives, and of its children that ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [backend] = cursor.fetchone()
    server = read_stat(backend).parent
    family = [read_stat(server), *(each for each in read_stats() if each.parent == server)]
    return sum(each.cpu for each in family)


class Stat(NamedTuple):
    """A process, as proc(5) has it."""

    parent: int
    cpu: float
    """Seconds, with those of its children that ended."""


def read_stat(process: int | str) -> Stat:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return Stat(int(fields[1]), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK"))


def read_stats() -> Iterator[Stat]:
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended while we looked
            yield read_stat(process.name)


def make_feeds(url: str) -> None:
    """Publishers and feeds anew, and no article."""
    port = int(url.rpartition(":")[2])
    with connection.cursor() as cursor:
        # As new: of a table that was vacuumed while empty PostgreSQL believes that it stays so.
        cursor.execute("TRUNCATE articles_article CASCADE")
    Feed.objects.all().delete()
    Publisher.objects.filter(slug__startswith="bench-").delete()
    publishers = Publisher.objects.bulk_create(
        Publisher(name=f"Bench {n}", slug=f"bench-{n}", home_url="https://example.org/")
        for n in range(FEEDS)
    )
    Feed.objects.bulk_create(
        Feed(publisher=each, url=address(number, port)) for number, each in enumerate(publishers)
    )


def run_passes(who: str, url: str, folder: Path, done: int) -> tuple[dict[str, Figures], float]:
    """Figures by pass, and CPU seconds of PostgreSQL in the cold one."""
    ask("POST", f"{url}/state?name=first")
    make_feeds(url)
    worker = Worker(who, folder, url, 0, FEEDS)
    try:
        found: dict[str, Figures] = {}
        database = 0.0
        for number, name in enumerate(PASSES):
            if name == "3 of 50 edited":
                ask("POST", f"{url}/state?name=edited")
            if name == "same, no validators":
                ask("POST", f"{url}/state?name=bare")
            before = postgres_cpu()
            found[name] = run_pass(worker, AGAIN.get(name, 1))
            database = database or postgres_cpu() - before
            show_progress("ingest", done + number + 1, STEPS)
        return found, database
    finally:
        worker.close()


def run_pass(worker: Worker, times: int) -> Figures:
    runs = []
    for _ in range(times):
        worker.begin()
        runs.append(worker.end())
    return median(runs)


def median(runs: Sequence[Figures]) -> Figures:
    return sorted(runs, key=lambda run: run["seconds"])[len(runs) // 2]


def run_two(url: str, folder: Path) -> Figures:
    """Two workers that share the feeds: seconds of the slower one, CPU seconds of all concerned."""
    ask("POST", f"{url}/state?name=first")
    make_feeds(url)
    half = FEEDS // 2
    workers = [Worker("ours", folder, url, *each) for each in ((0, half), (half, FEEDS))]
    try:
        database, server = postgres_cpu(), server_cpu(url)
        for worker in workers:
            worker.begin()
        found = [worker.end() for worker in workers]
        return {
            "seconds": max(figures["seconds"] for figures in found),
            "workers": sum(figures["cpu"] for figures in found),
            "PostgreSQL": postgres_cpu() - database,
            "publishers": server_cpu(url) - server,
        }
    finally:
        for worker in workers:
            worker.close()


def server_cpu(url: str) -> float:
    return float(ask("GET", f"{url}/cpu"))


def measure() -> list[Row]:
    with serving() as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = server_cpu(url)
        runs: dict[str, list[dict[str, Figures]]] = {who: [] for who in SYSTEMS}
        databases: dict[str, float] = {}
        for number, who in enumerate(TURNS):
            figures, databases[who] = run_passes(who, url, folder, number * len(PASSES))
            runs[who].append(figures)
        passes = {
            who: {name: median([run[name] for run in runs[who]]) for name in PASSES}
            for who in SYSTEMS
        }
        server = server_cpu(url) - server
        two = median([run_two(url, folder) for _ in range(3)])
        show_progress("ingest", STEPS, STEPS)
    rows = []
    for name in PASSES:
        theirs = passes["reader"][name]["seconds"]
        for who in SYSTEMS:
            seconds = passes[who][name]["seconds"]
            is_peer = who == "reader"
            ratio = None if is_peer else theirs / seconds
            rows.append(Row(f"{name}: {who}", seconds, "s", "" if is_peer else "reader", ratio))
    entries = FEEDS * ENTRIES
    return [
        *rows,
        *compare_two(two, passes["reader"]["cold"]["seconds"]),
        Row("cold: ours", entries / passes["ours"]["cold"]["seconds"], "entries/s"),
        *(
            Row(f"cold: {who}, CPU of the worker", passes[who]["cold"]["cpu"], "s")
            for who in SYSTEMS
        ),
        *(Row(f"cold: {who}, PostgreSQL's CPU", databases[who], "s") for who in SYSTEMS[1:]),
        Row("all passes: the publishers' CPU", server, "s"),
        *(Row(f"peak memory: {who}", peak(passes[who]), "MB") for who in SYSTEMS),
    ]


def compare_two(two: Figures, theirs: float) -> list[Row]:
    """Two workers, and how fast they could be if nothing else ran and no core ever waited."""
    concerned = ("workers", "PostgreSQL", "publishers")
    cores = os.cpu_count() or 1
    limit = sum(two[each] for each in concerned) / cores
    what = "cold: ours, 2 workers"
    return [
        Row(what, two["seconds"], "s", "reader", theirs / two["seconds"]),
        *(Row(f"{what}, CPU of {each}", two[each], "s") for each in concerned),
        Row(f"{what}, limit of {cores} cores", limit, "s", "reader", theirs / limit),
    ]


def peak(passes: dict[str, Figures]) -> float:
    return max(figures["peak"] for figures in passes.values())
