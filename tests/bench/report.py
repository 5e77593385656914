"""A row's figures as a Markdown table: the median over the rounds, the lowest and the highest,
and the goal."""

from collections.abc import Mapping

from tests.bench.row import Figure, Row
from tests.bench.run import Spread

MET, MISSED = "✓", "✗"


def table(row: Row, figures: Mapping[str, Spread]) -> str:
    """The figures that the run has; a row may have gained others since."""
    head = [f"### {row.title}", "", "| | median | lowest to highest | goal |", "|---|---|---|---|"]
    known = (figure for figure in row.figures if figure.name in figures)
    return "\n".join([*head, *(_line(figure, figures[figure.name]) for figure in known), ""])


def number(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _line(figure: Figure, spread: Spread) -> str:
    unit = f" {figure.unit}" if figure.unit else ""
    between = f"{number(spread.lowest)} to {number(spread.highest)}"
    return f"| {figure.text} | {number(spread.median)}{unit} | {between} | {goal(figure, spread)} |"


def goal(figure: Figure, spread: Spread) -> str:
    """What it is to be, and whether it is."""
    met = figure.meets_goal(spread.median)
    if met is None or figure.goal is None:
        return ""
    bound = "at most" if figure.better == "less" else "at least"
    return f"{bound} {number(figure.goal)} {MET if met else MISSED}"
