"""The API at 1,000,000 articles, 100,000 tags and 1,000,000 readers with 20 follows, on one worker
of gunicorn, beside a bare Django project on another that answers as many bytes and does nothing.

Every request is another reader's, tag's or article's. The two take turns, and figures are those of
the middle turn: what else a machine does comes and goes. The worker's CPU is told as well, whose
ratio is steadier than that of the rates.
"""

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

from articles.models import Article
from tests import archive
from tests.bench.load import Load, Make, make_request, press
from tests.bench.table import Row, middle, show_progress
from tests.processes import ROOT, environment, free_port, is_listening, kill, spawn, wait_until

ARTICLES = int(os.environ.get("BENCH_ARTICLES", "1000000"))
FEW = ARTICLES // 100
READERS = int(os.environ.get("BENCH_READERS", "1000000"))
TAGS = READERS // 10
MANY_FOLLOWS = 2_000
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
TURNS = 3
PRODUCT, BARE = "backend.wsgi", "tests.bench.bare"
TICK = 1 / os.sysconf("SC_CLK_TCK")


def measure() -> Iterator[Row]:
    archive.begin()
    archive.make_tags(TAGS)
    archive.make_readers(1, READERS, follows=20, tags=TAGS, tell=tell("readers"))
    keen = READERS + 1
    archive.make_readers(keen, keen, follows=MANY_FOLLOWS, tags=TAGS, tell=tell("keen reader"))
    archive.make_articles(1, FEW, total=ARTICLES, tags=TAGS, tell=tell("articles"))
    archive.come_to_rest()
    with running_server(PRODUCT) as server:
        before = {
            name: middle([server.ask(request) for _ in range(TURNS)])
            for name, request in make_subjects().items()
        }
    archive.make_articles(FEW + 1, ARTICLES, total=ARTICLES, tags=TAGS, tell=tell("articles"))
    archive.come_to_rest()
    with running_server(PRODUCT) as server, running_server(BARE) as bare:
        for name, request in make_subjects().items():
            yield from compare(name, server, request, bare, before[name])
        yield from compare_page(server)


def compare_page(server: "Server") -> Iterator[Row]:
    """What who opens a tag's page waits for, beside what an app waits for that shows the same: when
    thousands have just been told of one tag, and when each asks for another one.
    """
    for what, pick in (("one tag", lambda: 1), ("any tag", pick_tag)):
        api, page = (
            press(server.port, request, SECONDS, connections=1)
            for request in (
                lambda _, pick=pick: make_request("GET", f"/api/v1/tags/tag{pick()}/articles"),
                lambda _, pick=pick: make_request("GET", f"/en/hashtag/Tag{pick()}"),
            )
        )
        name = f"page of {what}, first byte"
        yield Row(name, page.first_p50 * 1000, "ms", "the API's", page.first_p50 / api.first_p50)
        yield Row("  p99", page.first_p99 * 1000, "ms", "the API's", page.first_p99 / api.first_p99)
        yield Row("  the whole page", page.p50 * 1000, "ms", "the API's", page.p50 / api.p50)


def pick_tag() -> int:
    """A few are asked for most of the time."""
    return 1 + int(TAGS * random.random() ** 3)


def compare(
    name: str, server: "Server", request: Make, bare: "Server", before: Load
) -> Iterator[Row]:
    turns = []
    for _ in range(TURNS):
        load = server.ask(request)
        turns.append((load, bare.ask(partial(ask_constant, load.size))))
    load = middle([load for load, _ in turns])
    beside = "a constant of its size"
    share = median(load.rate / limit.rate for load, limit in turns)
    yield Row(name, load.rate, "requests/s", beside, share)
    share = median(limit.cpu / load.cpu for load, limit in turns)
    yield Row("  the worker's CPU", load.cpu * 1000, "ms", "the constant / it", share)
    yield Row("  p50", load.p50 * 1000, "ms", f"{FEW:,} articles", load.p50 / before.p50)
    yield Row("  p99", load.p99 * 1000, "ms", f"{FEW:,} articles", load.p99 / before.p99)


def ask_constant(size: int, _: int) -> bytes:
    return make_request("GET", f"/constant/{size}")


def make_subjects() -> dict[str, Make]:
    """What is asked, each time for something else."""
    ids = list(Article.objects.order_by("?").values_list("pk", flat=True)[:5_000])
    keen = f"secret-{READERS + 1}"

    def reader() -> str:
        return f"secret-{random.randint(1, READERS)}"

    def word() -> str:
        return f"word{int(20_000 * random.random() ** 3)}"

    def follow(_: int) -> bytes:
        return make_request(
            "PUT", f"/api/v1/follows/tag{pick_tag()}", reader(), b'{"level": "top"}'
        )

    return {
        "feed": lambda _: make_request("GET", "/api/v1/feed", reader()),
        "feed, one card a story": lambda _: make_request(
            "GET", "/api/v1/feed?stories=yes", reader()
        ),
        f"feed of {MANY_FOLLOWS:,} tags": lambda _: make_request("GET", "/api/v1/feed", keen),
        "tag page": lambda _: make_request("GET", f"/api/v1/tags/tag{pick_tag()}/articles"),
        "article": lambda _: make_request("GET", f"/api/v1/articles/{random.choice(ids)}"),
        "search, one word": lambda _: make_request("GET", f"/api/v1/search?q={word()}"),
        "search, two words": lambda _: make_request("GET", f"/api/v1/search?q={word()}+{word()}"),
        "follow": follow,
    }


def tell(what: str) -> archive.Progress:
    return lambda done, total: show_progress(what, done, total)


class Server:
    """One worker of gunicorn with eight threads, and twice as many connections: never idle."""

    def __init__(self, port: int, process: "subprocess.Popen[str]") -> None:
        self.port, self.process = port, process

    def ask(self, request: Make) -> Load:
        """Ask after a warm-up; how it went."""
        press(self.port, request, SECONDS / 4)
        begun = self.spent()
        load = press(self.port, request, SECONDS)
        cpu = max(self.spent() - begun, TICK) / (load.rate * SECONDS)
        return replace(load, cpu=cpu)

    def spent(self) -> float:
        """Seconds of CPU that the worker has used."""
        master = self.process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        fields = Path(f"/proc/{children[0]}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK


@contextmanager
def running_server(application: str) -> Iterator[Server]:
    port = free_port()
    folder = tempfile.TemporaryDirectory()
    env = environment(
        DEBUG="no",
        SECURE="no",
        SECRET_KEY="of a benchmark, and long enough for Django to be content",
        ALLOWED_HOSTS="localhost",
        READER_RATE="1000000/second",
        ADDRESS_RATE="1000000/second",
        PAGE_SECONDS=5,
        API_KEEP_SECONDS=5,
        STATIC_ROOT=folder.name,
        LOG_LEVEL="ERROR",
    )
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(collect, cwd=ROOT, env=env, check=True)
    options = ("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8")
    command = ("gunicorn", application, *options, "--no-control-socket")
    process = spawn(*command, env=env, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_listening(port))
        yield Server(port, process)
    finally:
        kill(process)
        folder.cleanup()
