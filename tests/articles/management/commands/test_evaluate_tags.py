import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.labelled import DATA

FILES = (str(DATA / "tags.jsonl"), "--gazetteer", str(DATA / "tag_gazetteer.jsonl"))


def test_it_prints_both_rules_and_keeps_predictions(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    kept = tmp_path / "decided.jsonl"

    call_command("evaluate_tags", *FILES, "--json", "--predictions", str(kept), stdout=StringIO())

    figures = json.loads(capsys.readouterr().out)
    assert {f"{rule}_{score}" for rule in ("page", "push") for score in ("precision", "recall")} < (
        figures.keys()
    )
    first = json.loads(kept.read_text().splitlines()[0])
    assert set(first) == {"id", "page", "push"}
    assert set(first["push"]) <= set(first["page"])


def test_a_wrong_gazetteer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gazetteer.jsonl"
    path.write_text('{"name": "x"}')

    with pytest.raises(CommandError, match="entity"):
        call_command("evaluate_tags", FILES[0], "--gazetteer", str(path))
