"""What a subject reports, and how it is printed."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, TypeVar

BAR = 30


@dataclass(frozen=True)
class Row:
    """One figure: what was done, how fast, beside what, and how they compare."""

    what: str
    figure: float
    unit: str
    beside: str = ""
    ratio: float | None = None


def show_progress(subject: str, done: int, total: int) -> None:
    """A bar on the error stream, so that --json stays clean."""
    filled = BAR * done // max(total, 1)
    end = "\n" if done >= total else ""
    sys.stderr.write(f"\r{subject:10} [{'#' * filled}{'.' * (BAR - filled)}] {done}/{total}{end}")
    sys.stderr.flush()


def print_table(subject: str, rows: Iterable[Row]) -> None:
    cells = [("what", "figure", "beside what", "ratio")]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        digits = 1 if row.figure >= 10 else 3
        cells.append((row.what, f"{row.figure:,.{digits}f} {row.unit}", row.beside, ratio))
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    sys.stdout.write(f"\n{subject}\n")
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  " + "  ".join(padded).rstrip() + "\n")


def print_json(subject: str, rows: Iterable[Row]) -> None:
    for row in rows:
        sys.stdout.write(json.dumps({"subject": subject, **asdict(row)}) + "\n")


def resident_mb() -> float:
    """Memory of this process, now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


class Paced(Protocol):
    @property
    def rate(self) -> float: ...


Run = TypeVar("Run", bound=Paced)


def middle(runs: list[Run]) -> Run:
    """The run of median speed."""
    return sorted(runs, key=lambda run: run.rate)[len(runs) // 2]
