"""Charts as SVG, drawn by the server: no library, no script, no request. Pure.

Colours are classes that the stylesheet knows, so that they follow light and dark.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 640
ROW = 34
LABEL, FIGURE = 200, 70  # columns left and right of the bars
HEIGHT, FOOT = 150, 22


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: float
    kind: str = ""
    """A class of the stylesheet: sun, good-bar, bad-bar, rest."""
    text: str = ""
    """What stands beside it; the value unless given."""


def draw_rows(bars: Sequence[Bar], title: str) -> str:
    """Bars one below the other, each with its name and figure: a funnel, a ranking."""
    most = max((bar.value for bar in bars), default=0) or 1
    room = WIDTH - LABEL - FIGURE
    rows = []
    for number, bar in enumerate(bars):
        top = number * ROW
        width = max(bar.value / most * room, 2 if bar.value else 0)
        rows.append(
            f'<text x="{LABEL - 10}" y="{top + 22}" text-anchor="end">{escape(bar.label)}</text>'
            f'<rect class="bar {bar.kind}" x="{LABEL}" y="{top + 5}" width="{width:.1f}"'
            f' height="{ROW - 10}" rx="4"/>'
            f'<text x="{LABEL + width + 8:.1f}" y="{top + 22}">{escape(tell(bar))}</text>'
        )
    return frame(title, ROW * len(bars), bars, rows)


def draw_columns(bars: Sequence[Bar], title: str, *, every: int = 1) -> str:
    """Columns side by side, as along a day; each `every`th is named."""
    most = max((bar.value for bar in bars), default=0) or 1
    room, step = HEIGHT - FOOT - 16, WIDTH / max(len(bars), 1)
    columns = [f'<text class="axis" x="0" y="11">{most:,.0f}</text>']
    for number, bar in enumerate(bars):
        height = max(bar.value / most * room, 2 if bar.value else 0)
        left = number * step
        columns.append(
            f'<rect class="bar {bar.kind}" x="{left + step * 0.12:.1f}"'
            f' y="{HEIGHT - FOOT - height:.1f}" width="{step * 0.76:.1f}"'
            f' height="{height:.1f}" rx="2"><title>{escape(bar.label)}: {escape(tell(bar))}'
            "</title></rect>"
        )
        if number % every == 0:
            columns.append(
                f'<text class="axis" x="{left + step / 2:.1f}" y="{HEIGHT - 6}"'
                f' text-anchor="middle">{escape(bar.label)}</text>'
            )
    base = HEIGHT - FOOT
    columns.append(f'<line class="base" x1="0" x2="{WIDTH}" y1="{base}" y2="{base}"/>')
    return frame(title, HEIGHT, bars, columns)


def frame(title: str, height: int, bars: Iterable[Bar], parts: Iterable[str]) -> str:
    """The drawing, with its figures as a sentence for who does not see it."""
    told = "; ".join(f"{bar.label} {tell(bar)}" for bar in bars if bar.value)
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {WIDTH} {max(height, 1)}"'
        f' aria-label="{escape(title)}: {escape(told or "nothing yet")}">{"".join(parts)}</svg>'
    )


def tell(bar: Bar) -> str:
    return bar.text or f"{bar.value:,.0f}"
