"""Articles of our own that are labelled with their story and tags."""

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def read_rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def told_of(story: str) -> list[dict[str, Any]]:
    """The labelled articles of one story, in the order of time."""
    return [row for row in read_rows("stories.jsonl") if row["story"] == story]
