"""Tags of an article from a gazetteer of 300,000 aliases; how the cost grows with it."""

import random
import time

import ahocorasick

from articles.tagging import Matcher, decide_tags, fold
from tests.bench.table import Row, seconds, show_progress

ARTICLES = 200
SIZES = (1_000, 30_000, 300_000)


def make_words(count: int, random_: random.Random) -> list[str]:
    parts = ["ka", "ra", "bakh", "no", "gor", "ye", "van", "ti", "len", "mo", "sta", "vik", "el"]
    return ["".join(random_.choices(parts, k=random_.randint(2, 4))) for _ in range(count)]


def measure() -> list[Row]:
    random_ = random.Random(8)
    words = make_words(40_000, random_)
    texts = [" ".join(random_.choices(words, k=450)) for _ in range(ARTICLES)]
    rows: list[Row] = []
    for number, size in enumerate(SIZES):
        aliases = [(" ".join(random_.choices(words, k=2)), n // 3) for n in range(size)]
        begun = time.perf_counter()
        matcher = Matcher.from_aliases(aliases)
        built = time.perf_counter() - begun
        took = seconds(
            lambda use=matcher: [decide_tags(use, t[:60], t[60:300], t[300:]) for t in texts]
        )
        figure = took / ARTICLES * 1000
        first = rows[0].figure if rows else figure
        what = f"tags of a 3 kB article, {size:,} aliases"
        rows.append(Row(what, figure, "ms", f"with {SIZES[0]:,} aliases", figure / first))
        rows.append(Row(f"building {size:,} aliases", built, "s"))
        show_progress("tagging", number + 1, len(SIZES))
    theirs = seconds(lambda: find_with_automaton(aliases, texts)) / ARTICLES * 1000
    ours = rows[-2].figure
    rows.append(
        Row(
            f"pyahocorasick, build and find, {SIZES[-1]:,} aliases",
            theirs,
            "ms",
            "ours",
            theirs / ours,
        )
    )
    return rows


def find_with_automaton(aliases: list[tuple[str, int]], texts: list[str]) -> None:
    automaton = ahocorasick.Automaton()
    for phrase, tag in aliases:
        automaton.add_word(f" {fold(phrase)} ", tag)
    automaton.make_automaton()
    for text in texts:
        list(automaton.iter_long(f" {fold(text)} "))
