import json
import re
from typing import Any

import pytest

from articles.evaluation import (
    LabelError,
    evaluate_stories,
    evaluate_tags,
    make_matcher,
    score_alerts,
    score_b_cubed,
    score_pairs,
)
from articles.tagging import decide_tags
from tests.labelled import DATA, read_rows

GOLD = ["a", "a", "a", "b", "b", "c"]
OURS = ["1", "1", "2", "2", "2", "2"]


def test_pairs_are_scored_by_hand() -> None:
    """Of 4 true pairs and 7 of ours, 2 are both: 1-2, 4-5."""
    assert score_pairs(GOLD, OURS) == {
        "pairwise_precision": pytest.approx(2 / 7),
        "pairwise_recall": pytest.approx(2 / 4),
        "pairwise_f1": pytest.approx(4 / 11),
    }


def test_b_cubed_is_scored_by_hand() -> None:
    scores = score_b_cubed(GOLD, OURS)

    assert scores["bcubed_precision"] == pytest.approx((1 + 1 + 1 / 4 + 2 / 4 + 2 / 4 + 1 / 4) / 6)
    assert scores["bcubed_recall"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)


def test_alerts_are_counted_when_a_story_of_ours_begins() -> None:
    """Two begin with articles of story a; b and c are swallowed."""
    scores = score_alerts(GOLD, OURS)

    assert scores["extra_alerts_per_story"] == pytest.approx(1 / 3)
    assert scores["stories_swallowed"] == pytest.approx(2 / 3)


def test_perfect_decisions_score_one() -> None:
    scores = score_pairs(GOLD, GOLD) | score_b_cubed(GOLD, GOLD) | score_alerts(GOLD, GOLD)

    assert (scores["pairwise_f1"], scores["bcubed_f1"]) == (1, 1)
    assert (scores["extra_alerts_per_story"], scores["stories_swallowed"]) == (0, 0)


def test_our_own_articles_are_grouped_as_labelled() -> None:
    evaluation = evaluate_stories(read_rows("stories.jsonl"))

    assert evaluation.figures["bcubed_f1"] > 0.95
    assert len(evaluation.predictions) == len(read_rows("stories.jsonl"))


def test_rows_without_times_are_shuffled_alike_each_time() -> None:
    rows = [{k: v for k, v in row.items() if k != "ts"} for row in read_rows("stories.jsonl")]

    one, other = evaluate_stories(rows), evaluate_stories(rows)

    assert one.predictions == other.predictions
    assert one.figures["bcubed_f1"] == other.figures["bcubed_f1"]


def test_languages_are_told_apart() -> None:
    row = {"id": 1, "story": "a", "title": "Footbridge over the Arpa river collapses near Jermuk"}
    rows = [row | {"lang": "en"}, row | {"id": 2, "lang": "fr"}]

    assert [p["story"] for p in evaluate_stories(rows).predictions] == ["1", "2"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no rows"),
        ([{"id": 1, "title": "x"}], "story"),
        ([{"id": 1, "story": 1, "title": "x", "ts": "yesterday"}], "yesterday"),
    ],
)
def test_rows_that_lack_something_are_refused(rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(LabelError, match=message):
        evaluate_stories(rows)


def test_our_own_articles_get_the_tags_that_they_are_labelled_with() -> None:
    evaluation = evaluate_tags(read_rows("tags.jsonl"), read_rows("tag_gazetteer.jsonl"))

    assert evaluation.figures["page_f1"] > 0.7
    assert evaluation.figures["push_precision"] >= evaluation.figures["page_precision"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no rows"),
        ([{"id": 1, "title": "x", "body": ""}], "entities"),
        ([{"id": 1, "title": "x", "body": "", "entities": [7]}], "row 1"),
    ],
)
def test_tag_rows_that_lack_something_are_refused(rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(LabelError, match=message):
        evaluate_tags(rows, [])


def test_a_phrase_means_the_entity_that_it_is_mostly_an_anchor_of() -> None:
    gazetteer = [
        {"entity": "Sevan_(town)", "name": "Sevan (town)", "anchors": ["Sevan"]},
        {"entity": "Lake_Sevan", "name": "Lake Sevan", "anchors": ["Sevan", "Sevan, the lake"]},
    ]
    matcher = make_matcher(gazetteer)

    [decision] = decide_tags(matcher, "Boats on Sevan", "", "")
    assert decision.tag_id == "Lake_Sevan"


def test_a_gazetteer_row_needs_an_entity() -> None:
    with pytest.raises(LabelError, match="entity"):
        make_matcher([{"name": "x"}])


def test_the_manual_s_examples_are_rows_that_the_commands_read() -> None:
    manual = (DATA.parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in re.findall(r"^ {4}(\{.*\})$", manual, re.MULTILINE)]
    stories = [row for row in rows if "story" in row]
    tagged = [row for row in rows if "entities" in row]
    gazetteer = [row for row in rows if "anchors" in row]

    assert (len(stories), len(tagged), len(gazetteer)) == (1, 1, 1)
    assert evaluate_stories(stories).figures["bcubed_f1"] == 1
    assert evaluate_tags(tagged, gazetteer).figures["page_recall"] == 0
