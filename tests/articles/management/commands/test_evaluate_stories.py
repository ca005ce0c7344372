import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from tests.labelled import DATA


def run(capsys: pytest.CaptureFixture[str], *arguments: str, **options: Any) -> str:
    call_command("evaluate_stories", *arguments, stdout=StringIO(), **options)
    return capsys.readouterr().out


def test_it_prints_scores_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    printed = run(capsys, str(DATA / "stories.jsonl"))

    assert "bcubed f1" in printed
    assert "extra alerts per story" in printed
    assert "articles per second" in printed


def test_it_prints_scores_for_machines_and_keeps_predictions(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    kept = tmp_path / "decided.jsonl"

    figures = json.loads(
        run(capsys, str(DATA / "stories.jsonl"), "--json", "--predictions", str(kept))
    )

    assert figures["bcubed_f1"] > 0.95
    rows = [json.loads(line) for line in kept.read_text().splitlines()]
    assert {row["story"] for row in rows if row["id"].startswith("bridge-")} >= {"bridge-1"}


def test_the_settings_decide(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    settings.STORY_THRESHOLD = settings.STORY_SHORT_THRESHOLD = settings.STORY_MAYBE = 0.999

    figures = json.loads(run(capsys, str(DATA / "stories.jsonl"), "--json"))

    assert figures["bcubed_precision"] == 1
    assert figures["bcubed_recall"] < 0.7


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"id": 1', "line 1"),
        ('{"id": 1, "story": 1, "title": "a"}\n[1]', "line 2: no JSON object"),
        ('{"id": 1}', "story"),
        ("", "no rows"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(content)

    with pytest.raises(CommandError, match=message):
        call_command("evaluate_stories", str(path))


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(CommandError, match="nowhere"):
        call_command("evaluate_stories", "/nowhere/rows.jsonl")
