"""Tags of an article from 300,000 aliases: what they cost, how that grows, how right they are."""

import json
import random
import time

import ahocorasick

from articles.evaluation import evaluate_tags
from articles.tagging import Matcher, decide_tags, fold
from tests.bench.ingest_server import SAMPLES
from tests.bench.table import Row, resident_mb, seconds, show_progress
from tests.labelled import DATA

ARTICLES = 200
SIZES = (1_000, 30_000, 300_000)
ALIASES_PER_TAG = 3
WIKINEWS = SAMPLES.parents[1] / "tag_wikinews_salience_en.jsonl"


def make_words(count: int, random_: random.Random) -> list[str]:
    parts = ["ka", "ra", "bakh", "no", "gor", "ye", "van", "ti", "len", "mo", "sta", "vik", "el"]
    return ["".join(random_.choices(parts, k=random_.randint(2, 4))) for _ in range(count)]


def make_aliases(size: int, words: list[str], random_: random.Random) -> list[tuple[str, int]]:
    return [(" ".join(random_.choices(words, k=2)), n // ALIASES_PER_TAG) for n in range(size)]


def measure() -> list[Row]:
    random_ = random.Random(8)
    words = make_words(40_000, random_)
    texts = [" ".join(random_.choices(words, k=450)) for _ in range(ARTICLES)]
    rows: list[Row] = []
    for number, size in enumerate(SIZES):
        aliases = make_aliases(size, words, random_)
        before, begun = resident_mb(), time.perf_counter()
        matcher = Matcher.from_aliases(aliases)
        built, memory = time.perf_counter() - begun, resident_mb() - before
        took = seconds(
            lambda use=matcher: [decide_tags(use, t[:60], t[60:300], t[300:]) for t in texts]
        )
        figure = took / ARTICLES * 1000
        first = rows[0].figure if rows else figure
        what = f"tags of a 3 kB article, {size:,} aliases"
        rows.append(Row(what, figure, "ms", f"with {SIZES[0]:,} aliases", figure / first))
        rows.append(Row(f"building {size:,} aliases", built, "s"))
        rows.append(Row(f"memory of {size:,} aliases", memory, "MB"))
        show_progress("tagging", number + 1, len(SIZES) + 1)
    theirs = seconds(lambda: find_with_automaton(aliases, texts)) / ARTICLES * 1000
    beside = f"pyahocorasick, build and find, {SIZES[-1]:,} aliases"
    rows.append(Row(beside, theirs, "ms", "ours, find", theirs / rows[-3].figure))
    rows += measure_quality()
    show_progress("tagging", len(SIZES) + 1, len(SIZES) + 1)
    return rows


def measure_quality() -> list[Row]:
    articles = WIKINEWS if WIKINEWS.exists() else DATA / "tags.jsonl"
    gazetteer = articles.with_name(
        "tag_wikinews_salience_gazetteer.jsonl" if WIKINEWS.exists() else "tag_gazetteer.jsonl"
    )
    files = [
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in (articles, gazetteer)
    ]
    figures = evaluate_tags(*files).figures
    name = "Wikinews" if WIKINEWS.exists() else "our own set"
    return [
        Row(f"{name}: {rule} rule, {score}", figures[f"{rule}_{score}"], "")
        for rule in ("page", "push")
        for score in ("precision", "recall")
    ]


def find_with_automaton(aliases: list[tuple[str, int]], texts: list[str]) -> None:
    automaton = ahocorasick.Automaton()
    for phrase, tag in aliases:
        automaton.add_word(f" {fold(phrase)} ", tag)
    automaton.make_automaton()
    for text in texts:
        list(automaton.iter_long(f" {fold(text)} "))
