"""Sending to a sink under FCM's name: our transport, what Django projects use, and h2load, which
shows what the machine can do. All rounds of one row and its neighbours are of the same minutes.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from notifications.transports.fcm.words import encode
from tests.bench import pipeline, push_node, push_sink
from tests.bench.push_sink import LATENCY, Sink
from tests.bench.push_worker import make_notice
from tests.bench.table import Row, middle, show_progress
from tests.processes import ROOT

ROUNDS = 3
COUNT = 100_000
COUNT_SLOW = 30_000
COUNT_PEERS = 2_000
MANY = 1_000_000
CONNECTIONS = 4
CONNECTIONS_SLOW = 12
WANTED = 10_000  # messages a second at LATENCY: FCM's default quota
PEERS = ("fcm-django", "django-push-notifications", "send_each", "send_each_async")
FINISHED = re.compile(r"finished in [\d.]+\w+, ([\d.]+) req/s")


@dataclass(frozen=True)
class Figures:
    """What one run of one contender cost."""

    rate: float
    """Messages a second."""
    cpu: float
    """Milliseconds for 1,000 messages."""
    core: float
    """Share of a core."""
    memory: float
    """MB of the process before it sends: Django, firebase-admin and what they bring."""
    growth: float
    """MB that sending adds at most."""


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with push_sink.running(folder) as sink:
            rows = [*measure_transport(folder, sink)]
            peers = {row.what: row.figure for row in rows if row.unit == "messages/s"}
            rows += measure_pipeline(folder, sink, peers)
    show_progress("push", 1, 1)
    return rows


def measure_transport(folder: Path, sink: Sink) -> Iterator[Row]:
    """The transport alone: messages in memory, outcomes counted."""
    yield Row(f"sink: {sink.name}; cores of this machine", os.cpu_count() or 1, "")
    body = folder / "body"
    body.write_bytes((b"0" * 160).join(encode(make_notice(), "fcm_token")))
    yield Row("bytes of a message", body.stat().st_size, "")
    limits, runs = [], []
    for number in range(ROUNDS):
        limits.append(run_h2load(body, sink.fast, COUNT, CONNECTIONS))
        runs.append(run(sink, "ours", COUNT, CONNECTIONS))
        show_progress("push", number + 1, ROUNDS + 4)
    mine = middle(runs)
    yield from tell(f"ours, {CONNECTIONS} connections", mine)
    if limits[0]:
        limit = statistics.median(limits)
        yield Row(f"h2load, {CONNECTIONS} connections x 100", limit, "messages/s")
        ratio = statistics.median(r.rate / each for r, each in zip(runs, limits, strict=True))
        yield gate("transport beside h2load", ratio, 0.75, at_least=True)
    else:
        yield Row("h2load is not installed here", 0, "")
    yield gate("CPU of the transport, ms for 1,000", mine.cpu, 10, at_least=False)
    many = run(sink, "ours", MANY, CONNECTIONS)
    yield gate(f"MB that sending {MANY:,} messages adds", many.growth, 100, at_least=False)
    show_progress("push", ROUNDS + 1, ROUNDS + 4)
    yield from measure_latency(body, sink)
    show_progress("push", ROUNDS + 2, ROUNDS + 4)
    for name in PEERS:
        peer = run(sink, name, COUNT_PEERS, 0)
        yield from tell(name, peer)
        yield Row(f"ours beside {name}", mine.rate / peer.rate, "x")
    show_progress("push", ROUNDS + 3, ROUNDS + 4)
    for name, rate in push_node.run(folder, sink):
        yield Row(f"Node, {name}", rate, "messages/s")
        yield Row(f"ours beside Node's {name}", mine.rate / rate, "x")


def measure_latency(body: Path, sink: Sink) -> Iterator[Row]:
    at = f"at {LATENCY * 1000:.0f} ms of latency"
    runs = [run(sink, "ours", COUNT_SLOW, CONNECTIONS_SLOW, is_slow=True) for _ in range(ROUNDS)]
    mine = middle(runs)
    yield from tell(f"ours {at}, {CONNECTIONS_SLOW} connections", mine)
    limit = run_h2load(body, sink.slow, COUNT_SLOW, CONNECTIONS_SLOW)
    if limit:
        yield Row(f"h2load {at}, {CONNECTIONS_SLOW} connections x 100", limit, "messages/s")
    yield gate(f"messages/s {at}", mine.rate, WANTED, at_least=True)
    share = mine.cpu * WANTED / 1_000_000
    yield gate(f"share of a core for {WANTED:,} messages/s", share, 0.3, at_least=False)


def measure_pipeline(folder: Path, sink: Sink, peers: dict[str, float]) -> Iterator[Row]:
    """From PostgreSQL to recorded results, beside what the same minutes gave others."""

    def find_limit() -> float:
        return run_h2load(folder / "body", sink.fast, COUNT, CONNECTIONS)

    for found in pipeline.measure(folder, sink, find_limit):
        if isinstance(found, Row):
            yield found
            continue
        mine, ratio = middle([each.passage for each in found]), middle(found)
        if ratio.limit:
            yield Row("h2load, just before and after", ratio.limit, "messages/s")
            yield gate("whole way beside h2load", ratio.rate, 0.5, at_least=True)
        yield gate("CPU of the whole way, ms for 1,000", mine.cpu_per_1000, 15, at_least=False)
        django = mine.rate / peers["fcm-django"]
        yield gate("whole way beside fcm-django", django, 40, at_least=True)
        node = max((rate for what, rate in peers.items() if what.startswith("Node")), default=0)
        if node:
            yield gate("whole way beside Node's best", mine.rate / node, 5, at_least=True)


def run(sink: Sink, who: str, count: int, connections: int, *, is_slow: bool = False) -> Figures:
    is_peer = who in {"fcm-django", "django-push-notifications"}
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.bench.push_settings" if is_peer else "backend.settings",
        "SSL_CERT_FILE": str(sink.authority),
        "REQUESTS_CA_BUNDLE": str(sink.authority),
    }
    port = sink.slow if is_slow else sink.fast
    command = ["-m", "tests.bench.push_worker", who, str(port), str(count), str(connections)]
    answer = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    figures = json.loads(answer.stdout.splitlines()[-1])
    if figures["accepted"] != count:
        raise RuntimeError(f"{who}: {figures['accepted']} of {count} were accepted")
    return Figures(
        rate=count / figures["seconds"],
        cpu=figures["cpu"] / count * 1_000_000,
        core=figures["cpu"] / figures["seconds"],
        memory=figures["memory"],
        growth=figures["growth"],
    )


def run_h2load(body: Path, port: int, count: int, connections: int) -> float:
    """Requests a second of nghttp2's load generator; 0 where it is missing."""
    if not (program := shutil.which("h2load")):
        return 0
    url = f"https://127.0.0.1:{port}/v1/projects/p/messages:send"
    options = ("-n", str(count), "-c", str(connections), "-m", "100", "-d", str(body))
    said = subprocess.run([program, *options, url], capture_output=True, text=True, check=True)
    found = FINISHED.search(said.stdout)
    return float(found[1]) if found else 0


def tell(what: str, figures: Figures) -> Iterator[Row]:
    yield Row(what, figures.rate, "messages/s")
    yield Row("  CPU for 1,000 messages", figures.cpu, "ms")
    yield Row("  share of a core", figures.core, "")
    yield Row("  memory of the process, idle", figures.memory, "MB")
    yield Row("  memory that sending adds", figures.growth, "MB")


def gate(what: str, figure: float, bound: float, *, at_least: bool) -> Row:
    is_reached = figure >= bound if at_least else figure <= bound
    sign, word = ">=" if at_least else "<=", "reached" if is_reached else "MISSED"
    return Row(what, figure, "", f"gate {sign} {bound:,g}: {word}", figure / bound)
