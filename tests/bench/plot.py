"""A row over time as a picture: a panel for each figure that has a goal or is guarded, a point
for each run."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from tests.bench.history import Entry
from tests.bench.report import number
from tests.bench.row import Figure, Row
from tests.bench.run import Spread

WIDTH, HEIGHT = 380, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 12, 12, 34, 24
_ACROSS = 2
_HEADROOM = 1.12
_MOST_LABELS = 7
# An image in a page has no part in its colours: it follows the reader's own setting.
_STYLE = """<style>
text { font: 11px system-ui, sans-serif; fill: #57606a }
.title { font-size: 12px; font-weight: 600; fill: #24292f }
.value { fill: #0969da; font-weight: 600 }
.line { fill: none; stroke: #0969da; stroke-width: 2 }
.point { fill: #0969da }
.spread { stroke: #0969da; stroke-opacity: .4; stroke-width: 6; stroke-linecap: round }
.goal { stroke: #1a7f37; stroke-dasharray: 5 4 }
.goal-text { fill: #1a7f37 }
.base { stroke: #8c959f }
@media (prefers-color-scheme: dark) {
text { fill: #9198a1 } .title { fill: #f0f6fc } .value { fill: #4493f8 }
.line, .spread { stroke: #4493f8 } .point { fill: #4493f8 }
.goal { stroke: #3fb950 } .goal-text { fill: #3fb950 }
}
</style>"""


def drawing(row: Row, entries: Sequence[Entry]) -> str:
    """The SVG text; the entries are the row's, oldest first."""
    measured = [f for f in row.figures if any(f.name in entry.figures for entry in entries)]
    shown = [f for f in measured if f.goal is not None or f.guarded] or measured[:1]
    lines = -(-len(shown) // _ACROSS)
    size = f'width="{WIDTH * min(_ACROSS, len(shown))}" height="{HEIGHT * lines}"'
    panels = "\n".join(
        f'<g transform="translate({WIDTH * (n % _ACROSS)} {HEIGHT * (n // _ACROSS)})">'
        f"{_panel(figure, entries)}</g>"
        for n, figure in enumerate(shown)
    )
    title = f"<title>{escape(row.title)}</title>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{title}\n{_STYLE}\n{panels}\n</svg>\n'


def _panel(figure: Figure, entries: Sequence[Entry]) -> str:
    measured = [(e.commit, e.figures[figure.name]) for e in entries if figure.name in e.figures]
    spreads = [spread for _, spread in measured]
    highest = max([*(spread.highest for spread in spreads), figure.goal or 0]) * _HEADROOM or 1
    across = list(_places(len(measured)))
    unit = f", {figure.unit}" if figure.unit else ""
    return "".join(
        [
            f'<text class="title" x="{_LEFT}" y="16">{escape(figure.text + unit)}</text>',
            _horizontal("base", 0, highest),
            _goal(figure, highest),
            *(_run(x, spread, highest) for x, spread in zip(across, spreads, strict=True)),
            _line(across, spreads, highest),
            *_labels(across, [commit for commit, _ in measured]),
        ]
    )


def _places(count: int) -> Iterator[float]:
    step = (WIDTH - _LEFT - _RIGHT - 40) / max(1, count - 1)
    return (_LEFT + 20 + n * step for n in range(count))


def _y(value: float, highest: float) -> float:
    room = HEIGHT - _TOP - _BOTTOM
    return round(_TOP + room * (1 - value / highest), 1)


def _horizontal(kind: str, value: float, highest: float) -> str:
    y = _y(value, highest)
    return f'<line class="{kind}" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'


def _goal(figure: Figure, highest: float) -> str:
    if figure.goal is None:
        return ""
    bound = "at most" if figure.better == "less" else "at least"
    text = f"{bound} {number(figure.goal)}"
    where = f'x="{WIDTH - _RIGHT}" y="{_y(figure.goal, highest) - 4}" text-anchor="end"'
    line = _horizontal("goal", figure.goal, highest)
    return f'{line}<text class="goal-text" {where}>{text}</text>'


def _run(x: float, spread: Spread, highest: float) -> str:
    """The spread as a bar, the median as a point with its number."""
    low, middle, high = (
        _y(value, highest) for value in (spread.lowest, spread.median, spread.highest)
    )
    return (
        f'<line class="spread" x1="{x:.0f}" x2="{x:.0f}" y1="{low}" y2="{high}"/>'
        f'<circle class="point" cx="{x:.0f}" cy="{middle}" r="3.5"/>'
        f'<text class="value" x="{x + 7:.0f}" y="{middle - 5}">{number(spread.median)}</text>'
    )


def _line(across: Iterable[float], spreads: Iterable[Spread], highest: float) -> str:
    points = " ".join(
        f"{x:.0f},{_y(spread.median, highest)}" for x, spread in zip(across, spreads, strict=True)
    )
    return f'<polyline class="line" points="{points}"/>'


def _labels(across: Sequence[float], commits: Sequence[str]) -> Iterator[str]:
    """The commits, as many as fit, the newest among them."""
    step = -(-len(commits) // _MOST_LABELS)
    for n in range(len(commits) - 1, -1, -step):
        yield f'<text x="{across[n]:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{commits[n]}</text>'
