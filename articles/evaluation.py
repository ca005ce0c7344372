"""How well stories and tags are decided, on labelled articles. Pure: rows in, figures out.

The same decisions as in production are taken, in the order of time, and nothing is stored.
"""

import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from articles.similarity import (
    Content,
    Member,
    Rules,
    Window,
    choose_story,
    is_copy,
    make_shingles,
)
from articles.tagging import Matcher, Phrase, decide_tags, fold

Figures = dict[str, float]
Progress = Callable[[int, int], None]

SEEDS = (1, 2, 3)
SALIENT = 2  # of the crowd's scores 0 to 3
RULES = Rules()


class LabelError(Exception):
    """A row lacks what it must have."""


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """One row of a file for stories."""

    id: str
    story: str
    title: str
    body: str
    language: str
    at: datetime | None

    @classmethod
    def read(cls, row: dict[str, Any]) -> "LabelledArticle":
        try:
            return cls(
                id=str(row["id"]),
                story=str(row["story"]),
                title=str(row["title"]),
                body=str(row.get("body") or ""),
                language=str(row.get("lang") or ""),
                at=read_time(row["ts"]) if row.get("ts") else None,
            )
        except KeyError as error:
            raise LabelError(f"a row without {error}") from error


def read_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise LabelError(f"{text!r} is no time; 2026-03-02T12:00:00Z is") from error


@dataclass
class Evaluation:
    """Figures, and what was decided for each row by its id."""

    figures: Figures
    predictions: list[dict[str, Any]] = field(default_factory=list)


def evaluate_stories(
    rows: Sequence[dict[str, Any]], rules: Rules = RULES, progress: Progress = lambda *_: None
) -> Evaluation:
    """Pairwise and BCubed scores, alerts too many, stories swallowed, articles a second.

    Rows need id, story and title; body, lang and ts (ISO 8601) are optional. Where a row has no ts,
    time plays no part, and the figures are the mean over three seeded shuffles; else they are of
    the order of time. Raises LabelError.
    """
    articles = [LabelledArticle.read(row) for row in rows]
    if not articles:
        raise LabelError("no rows")
    if all(article.at for article in articles):
        orders = [sorted(articles, key=lambda article: (str(article.at), article.id))]
    else:
        orders = [random.Random(seed).sample(articles, len(articles)) for seed in SEEDS]  # noqa: S311 - no secret
    runs, found = [], {}
    begun = time.perf_counter()
    for number, order in enumerate(orders):

        def show(done: int, number: int = number) -> None:
            progress(number * len(articles) + done, len(orders) * len(articles))

        found = group(order, rules, show)
        runs.append(score_stories(order, found))
    took = time.perf_counter() - begun
    figures = {name: sum(run[name] for run in runs) / len(runs) for name in runs[0]}
    figures["articles_per_second"] = len(articles) * len(orders) / took
    return Evaluation(
        figures, [{"id": article.id, "story": found[article.id]} for article in articles]
    )


def group(
    order: Sequence[LabelledArticle], rules: Rules, show: Callable[[int], None]
) -> dict[str, str]:
    """Each article's story, named after its first article."""
    windows: dict[str, Window[str]] = {}
    found: dict[str, str] = {}
    shingles: dict[str, frozenset[str]] = {}
    for number, article in enumerate(order):
        window = windows.setdefault(article.language, Window(rules))
        content = Content.read(article.title, article.body)
        at = article.at.timestamp() / 3600 if article.at else 0.0
        vector = window.make_vector(content)
        shingles[article.id] = make_shingles(article.body)
        choice = choose_story(
            window,
            content,
            vector,
            at,
            has_text_of=partial(is_same_text, shingles, article.id),
        )
        story = choice.story_id or article.id
        window.add(Member(article.id, story, at, content, vector))
        found[article.id] = story
        if number % 100 == 0:
            show(number)
    return found


def is_same_text(shingles: dict[str, frozenset[str]], one: str, other: str) -> bool:
    return is_copy(shingles[one], shingles[other])


def score_stories(order: Sequence[LabelledArticle], found: dict[str, str]) -> Figures:
    """In the order of arrival, since an alert goes out when a story begins."""
    gold = [article.story for article in order]
    ours = [found[article.id] for article in order]
    return score_pairs(gold, ours) | score_b_cubed(gold, ours) | score_alerts(gold, ours)


def score_pairs(gold: Sequence[str], ours: Sequence[str]) -> Figures:
    """Of the pairs of articles, how many are together that belong together."""
    both = pairs_in(zip(gold, ours, strict=True))
    precision, recall = share(both, pairs_in(ours)), share(both, pairs_in(gold))
    return named("pairwise", precision, recall)


def score_b_cubed(gold: Sequence[str], ours: Sequence[str]) -> Figures:
    """Bagga and Baldwin 1998: each article's share of its story, and of the one it was given."""
    both = Counter(zip(gold, ours, strict=True))
    of_gold, of_ours = Counter(gold), Counter(ours)
    precision = sum(n * n / of_ours[own] for (_, own), n in both.items()) / len(gold)
    recall = sum(n * n / of_gold[true] for (true, _), n in both.items()) / len(gold)
    return named("bcubed", precision, recall)


def score_alerts(gold: Sequence[str], ours: Sequence[str]) -> Figures:
    """One alert goes out when a story of ours begins: how many more than one a true story has, and
    what share of the true stories gets none, as each of its articles joined another's story.
    """
    begun: set[str] = set()
    alerted: Counter[str] = Counter()
    for true, own in zip(gold, ours, strict=True):
        if own not in begun:
            begun.add(own)
            alerted[true] += 1
    stories = set(gold)
    return {
        "extra_alerts_per_story": sum(n - 1 for n in alerted.values()) / len(stories),
        "stories_swallowed": sum(not alerted[true] for true in stories) / len(stories),
        "stories": float(len(stories)),
    }


def pairs_in(groups: Iterable[Hashable]) -> int:
    return sum(size * (size - 1) // 2 for size in Counter(groups).values())


def share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def named(name: str, precision: float, recall: float) -> Figures:
    both = precision + recall
    return {
        f"{name}_precision": precision,
        f"{name}_recall": recall,
        f"{name}_f1": 2 * precision * recall / both if both else 0.0,
    }


def evaluate_tags(
    rows: Sequence[dict[str, Any]],
    gazetteer: Iterable[dict[str, Any]],
    progress: Progress = lambda *_: None,
) -> Evaluation:
    """Precision, recall and F1 of the page rule and of the push rule, articles a second.

    Rows need id, title, body and entities: [{"entity", "score"}], of which those with a score of 2
    or more (or without one) are what the article is about. Gazetteer rows need entity and name;
    anchors, phrases with commas between, are its aliases. Raises LabelError.
    """
    matcher = make_matcher(gazetteer)
    counts = {"page": Counter[str](), "push": Counter[str]()}
    predictions = []
    begun = time.perf_counter()
    for number, row in enumerate(rows):
        try:
            article_id, title, body = str(row["id"]), str(row["title"]), str(row["body"])
            wanted = {
                str(each["entity"]) for each in row["entities"] if each.get("score", 3) >= SALIENT
            }
        except (KeyError, TypeError, AttributeError) as error:
            raise LabelError(f"row {number + 1} lacks {error}") from error
        lead, _, rest = body.partition("\n")
        decided = decide_tags(matcher, title, lead, rest)
        found = {
            "page": {each.tag_id for each in decided},
            "push": {each.tag_id for each in decided if each.may_push},
        }
        for rule, tags in found.items():
            counts[rule].update(right=len(tags & wanted), found=len(tags), wanted=len(wanted))
        predictions.append({"id": article_id} | {k: sorted(v) for k, v in found.items()})
        progress(number + 1, len(rows))
    took = time.perf_counter() - begun
    if not predictions:
        raise LabelError("no rows")
    figures: Figures = {}
    for rule, count in counts.items():
        precision = share(count["right"], count["found"])
        figures |= named(rule, precision, share(count["right"], count["wanted"]))
    figures["articles_per_second"] = len(predictions) / took
    return Evaluation(figures, predictions)


def make_matcher(gazetteer: Iterable[dict[str, Any]]) -> Matcher[str]:
    """One entity for each phrase: the one that it was most often an anchor of.

    Names count without what an encyclopedia adds ("Baku_(city)" is Baku). A single word must have a
    capital in the text. In a gazetteer that has anchors, an entity without any is one that nobody
    writes about under its bare name: it counts only by several words, each with a capital.
    """
    rows = list(gazetteer)
    evidence: dict[str, Counter[str]] = defaultdict(Counter)
    is_strict: dict[tuple[str, str], bool] = {}
    has_anchors = any(row.get("anchors") for row in rows)
    for row in rows:
        try:
            entity, written = str(row["entity"]), str(row["name"] or "")
        except KeyError as error:
            raise LabelError(f"a gazetteer row lacks {error}") from error
        name = re.sub(r"_?\(.*\)$", "", written).replace("_", " ")
        phrases = [
            each for anchors in row.get("anchors") or () for each in str(anchors).split(", ")
        ]
        is_bare = has_anchors and not phrases
        if not is_bare or (" " in name and "(" not in written):
            evidence[fold(name)][entity] += 1
            is_strict[fold(name), entity] = is_bare
        for phrase in phrases:
            evidence[fold(phrase)][entity] += 2
    matcher: Matcher[str] = Matcher()
    for folded, entities in evidence.items():
        entity = min(entities, key=lambda each: (-entities[each], each))
        must = is_strict.get((folded, entity)) or " " not in folded
        text = folded.title() if must else folded
        matcher.add(Phrase(text, is_case_sensitive=must), entity)
    return matcher
