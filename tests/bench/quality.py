"""How right ingest is, by suites that others wrote, where they are at hand; else it says so."""

from pathlib import Path

from tests.bench import pages, reading
from tests.bench.ingest_server import SAMPLES
from tests.bench.table import Row, show_progress

DATA = SAMPLES.parent


def measure() -> list[Row]:
    if not DATA.exists():
        return [Row("no sample data beside this repository", 0, "checks")]
    rows = [
        share(
            "gofeed's neutral model, entries alone",
            reading.score_gofeed(DATA / "gofeed_universal.jsonl"),
        ),
        share("feed-rs fixtures read", reading.score_fixtures(DATA / "feedrs_fixtures.jsonl")),
    ]
    show_progress("quality", 1, 3)
    agreed, _ = reading.score_feeds(DATA / "feeds")
    rows += [
        Row(f"real feeds: {name}", 100 * right / total, "%", "feedparser")
        for name, (right, total) in agreed.items()
    ]
    show_progress("quality", 2, 3)
    rows += [
        share(f"XSS vectors inert: {name}", reading.score_vectors(DATA / f"xss_{name}.jsonl"))
        for name in ("owasp", "html5lib")
    ]
    figures, _ = pages.score(Path(DATA / "publisher_pages_sample.jsonl"))
    rows += [Row(f"publisher pages: {name}", figure, "") for name, figure in figures.items()]
    show_progress("quality", 3, 3)
    return rows


def share(what: str, score: tuple[int, int, list[str]]) -> Row:
    passed, total, _ = score
    return Row(what, 100 * passed / total, f"% of {total}")
