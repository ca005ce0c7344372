"""`python -m tests.bench.ingest_worker WHO FOLDER PORT FIRST LAST`: a worker process of one system.

Reads the word "go" for each pass from standard input, and answers with one JSON object a pass:
seconds, CPU seconds, peak MB.
"""

import gzip
import json
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

BATCH = 100


def address(number: int, port: int) -> str:
    """Each publisher has a host of its own, as in the world: Linux answers on all of 127/8."""
    return f"http://127.0.1.{number + 1}:{port}/{number}.xml"


def ours(_: Path, port: int, first: int, last: int) -> Callable[[], object]:
    import django  # noqa: PLC0415 - only this system needs it

    django.setup()
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from articles import ingest  # noqa: PLC0415 - as above
    from articles.models import Feed  # noqa: PLC0415 - as above

    names = [address(number, port) for number in range(first, last)]
    ids = list(Feed.objects.filter(url__in=names).order_by("pk").values_list("pk", flat=True))

    def work() -> None:
        for start in range(0, len(ids), BATCH):
            ingest.fetch_feeds(ids[start : start + BATCH], timezone.now())

    return work


def reader(folder: Path, port: int, first: int, last: int) -> Callable[[], object]:
    import feedparser_sgmllib  # noqa: PLC0415 - this system alone

    sys.modules["sgmllib"] = feedparser_sgmllib  # reader asks for it by the name it had once
    from reader import make_reader  # noqa: PLC0415 - as above

    store = make_reader(str(folder / "reader.sqlite"))
    for number in range(first, last):
        store.add_feed(address(number, port))
    return lambda: store.update_feeds(scheduled=False)


def naive(_: Path, port: int, first: int, last: int) -> Callable[[], object]:
    """feedparser and Django's bulk_create, as most would begin."""
    import django  # noqa: PLC0415 - only this system needs it
    import feedparser  # noqa: PLC0415 - as above

    django.setup()
    from django.db import connection, models  # noqa: PLC0415 - after setup

    class Naive(models.Model):  # noqa: DJ008 - nobody looks at it
        link = models.TextField(unique=True)
        title = models.TextField()
        html = models.TextField()

        class Meta:
            app_label = "articles"
            db_table = "naive"

    if first == 0:
        with connection.schema_editor() as editor:
            editor.create_model(Naive)
    etags: dict[int, str] = {}

    def fetch(number: int) -> None:
        request = urllib.request.Request(address(number, port))
        if number in etags:
            request.add_header("If-None-Match", etags[number])
        try:
            with urllib.request.urlopen(request) as answer:
                etags[number] = answer.headers.get("ETag", "")
                body = gzip.decompress(answer.read())
        except urllib.error.HTTPError:
            return
        Naive.objects.bulk_create(
            [
                Naive(link=each.link, title=each.title, html=each.summary)
                for each in feedparser.parse(body).entries
            ],
            update_conflicts=True,
            update_fields=["title", "html"],
            unique_fields=["link"],
        )

    return lambda: [fetch(number) for number in range(first, last)]


SYSTEMS: dict[str, Any] = {"ours": ours, "reader": reader, "naive": naive}


def peak_memory() -> float:
    """MB. Not of getrusage, which begins with what the parent had."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    who, folder, port, first, last = sys.argv[1:]
    work = SYSTEMS[who](Path(folder), int(port), int(first), int(last))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        cpu, begun = time.process_time(), time.perf_counter()
        work()
        figures = {
            "seconds": time.perf_counter() - begun,
            "cpu": time.process_time() - cpu,
            "peak": peak_memory(),
        }
        sys.stdout.write(json.dumps(figures) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
