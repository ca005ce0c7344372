"""Files of labelled articles, one JSON object a line, and how far a command has come with them."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

EVERY = 50  # rows between two looks at the progress
LARGE = 100  # a figure that needs no decimals


def read_rows(path: str) -> list[dict[str, Any]]:
    """The rows of a file. Raises CommandError with the line that is no JSON object."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise CommandError(f"{path}, line {number}: {error}") from error
        if not isinstance(row, dict):
            raise CommandError(f"{path}, line {number}: no JSON object")
        rows.append(row)
    return rows


def write_rows(path: str, rows: Sequence[dict[str, Any]]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    try:
        Path(path).write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path}: {error}") from error


def show_progress(done: int, total: int) -> None:
    """On the error stream, and only where a person looks at it."""
    if sys.stderr.isatty() and (done % EVERY == 0 or done == total):
        sys.stderr.write(f"\r{done:,} of {total:,}" + ("\n" if done == total else ""))
        sys.stderr.flush()


def print_figures(figures: dict[str, float], *, is_json: bool) -> None:
    if is_json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    for name, figure in figures.items():
        digits = 0 if figure >= LARGE else 3
        sys.stdout.write(f"{name.replace('_', ' '):<26} {figure:>10,.{digits}f}\n")
