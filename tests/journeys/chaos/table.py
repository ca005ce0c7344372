"""The table at the end of `make chaos`: what each failure test lost, repeated, and was allowed."""

from dataclasses import astuple, dataclass

HEAD = ("test", "recipients", "events", "lost", "duplicates", "bound")


@dataclass(frozen=True)
class Row:
    test: str
    recipients: int
    events: str
    lost: int
    duplicates: int
    bound: int


ROWS: list[Row] = []


def draw(rows: list[Row]) -> list[str]:
    cells = [HEAD, *([str(value) for value in astuple(row)] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(HEAD))]
    return [
        "  ".join(
            cell.ljust(width) if at in {0, 2} else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
