"""How right stories are, on labelled articles; what an article costs, and how that grows."""

import json
import random
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from articles.evaluation import evaluate_stories
from articles.similarity import Content, Member, Window, choose_story
from articles.tagging import Matcher, decide_tags, fold
from tests.bench.ingest_server import SAMPLES
from tests.bench.table import Row, resident_mb, show_progress
from tests.bench.tagging import make_aliases
from tests.labelled import DATA

ECB, UCI = (
    SAMPLES.parents[1] / f"story_{name}.jsonl" for name in ("ecbplus_en", "uci_headlines_en")
)
TUNED = 0.3  # of the headlines, the part that may be tuned on
SHOWN = ("bcubed_f1", "pairwise_f1", "extra_alerts_per_story", "stories_swallowed")
WINDOWS = (500, 4_000, 20_000)
MEASURED = 200
WORDS = 20_000
LONGEST = 14  # letters
ALIASES = 300_000


def measure() -> list[Row]:
    rows = measure_quality()
    show_progress("stories", 1, 2 + len(WINDOWS))
    random_ = random.Random(8)
    words = make_words(random_)
    texts = make_texts(max(WINDOWS) + MEASURED, words, random_)
    costs: dict[int, float] = {}
    for number, size in enumerate(WINDOWS):
        before = resident_mb()
        window = fill(texts[:size])
        memory = resident_mb() - before
        costs[size] = ask(window, texts[size : size + MEASURED])
        what = f"story of an article, {size:,} in the window"
        ratio = costs[size] / costs[WINDOWS[0]]
        rows.append(Row(what, costs[size], "ms", f"{WINDOWS[0]:,} in the window", ratio))
        rows.append(Row(f"memory of {size:,} in the window", memory, "MB"))
        show_progress("stories", 2 + number, 2 + len(WINDOWS))
    matcher = Matcher.from_aliases(make_aliases(ALIASES, words, random_))
    begun = time.perf_counter()
    for title, text in texts[:MEASURED]:
        decide_tags(matcher, title, text[:300], text[300:])
    tags = (time.perf_counter() - begun) / MEASURED * 1000
    whole = tags + costs[4_000]
    what = f"tags and story, {ALIASES:,} aliases of 100,000 tags, 4,000 in the window"
    rows.append(Row(what, whole, "ms", "the bar of 5 ms", whole / 5))
    show_progress("stories", 2 + len(WINDOWS), 2 + len(WINDOWS))
    return rows


def measure_quality() -> list[Row]:
    if not ECB.exists():
        return score("our own set", read(DATA / "stories.jsonl"))
    events, headlines = read(ECB), read(UCI)
    last = headlines[int(TUNED * len(headlines)) :]
    return [
        *score("ECB+ test", [row for row in events if row["split"] == "Test"]),
        *score("ECB+", events),
        *score("UCI, last 70 %", last),
    ]


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def score(name: str, rows: list[dict[str, Any]]) -> list[Row]:
    figures = evaluate_stories(rows).figures
    speed = Row(f"{name}: articles a second", figures["articles_per_second"], "")
    return [*(Row(f"{name}: {k.replace('_', ' ')}", figures[k], "") for k in SHOWN), speed]


def make_words(random_: random.Random) -> list[str]:
    """Words that look English, the short ones first: parts of words have to be as common as they
    are in a language, since stories are compared by them.
    """
    following: dict[str, list[str]] = defaultdict(list)
    for row in read(DATA / "stories.jsonl"):
        for word in fold(row["body"]).split():
            for at, letter in enumerate(f"{word} "):
                following[f"  {word}"[at : at + 2]].append(letter)
    words: set[str] = set()
    while len(words) < WORDS:
        word = ""
        while not word.endswith(" ") and len(word) < LONGEST:
            word += random_.choice(following[f"  {word}"[-2:]])
        words.add(word.strip())
    return sorted(words, key=lambda word: (len(word), word))


def make_texts(count: int, words: list[str], random_: random.Random) -> list[tuple[str, str]]:
    """Titles and texts whose words are as unequally frequent as those of a language."""
    weights = [1 / (rank + 10) for rank in range(len(words))]
    texts = []
    for _ in range(count):
        told = random_.choices(words, weights, k=450)
        capital = [word.title() if random_.random() < 0.1 else word for word in told]
        texts.append((" ".join(capital[:9]), " ".join(capital[9:])))
    return texts


def fill(texts: list[tuple[str, str]]) -> Window[int]:
    window: Window[int] = Window()
    for number, (title, text) in enumerate(texts):
        content = Content.read(title, text)
        vector = window.make_vector(content)
        window.add(Member(number, number, 96 * number / len(texts), content, vector))
    return window


def ask(window: Window[int], texts: list[tuple[str, str]]) -> float:
    """Milliseconds to decide the story of one more article, reading and holding it included."""
    begun = time.perf_counter()
    for number, (title, text) in enumerate(texts):
        content = Content.read(title, text)
        vector = window.make_vector(content)
        choose_story(window, content, vector, 96, lambda _: False)
        window.add(Member(-number - 1, -number - 1, 96, content, vector))
    return (time.perf_counter() - begun) / len(texts) * 1000
