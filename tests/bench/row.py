"""A row of the table: what is measured, in which figures, and what each of them is to be."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal

Figures = dict[str, float]
Round = Callable[[], Awaitable[Figures]]


@dataclass(frozen=True)
class Scale:
    """How much of everything: 1 is what docs/benchmarks.md shows."""

    part: float = 1

    def of(self, count: int, least: int = 1) -> int:
        return max(least, round(count * self.part))


@dataclass(frozen=True)
class Figure:
    """One number of a round. `guarded`: a run of CI fails where it has become worse by a third."""

    name: str
    text: str
    goal: float | None = None
    unit: str = ""
    better: Literal["less", "more"] = "less"
    guarded: bool = False

    def meets_goal(self, value: float) -> bool | None:
        """None without a goal."""
        if self.goal is None:
            return None
        return value <= self.goal if self.better == "less" else value >= self.goal


@dataclass(frozen=True)
class Row:
    """`stage` starts what is measured and gives one round, which measures every part once, one
    after the other.

    A ratio is of two measurements of one round: what else the machine does then slows down both.
    `about` says how it is measured, for docs/benchmarks.md.
    """

    name: str
    title: str
    about: str
    figures: tuple[Figure, ...]
    stage: Callable[[Scale], AbstractAsyncContextManager[Round]]
    rounds: int = 5

    def figure(self, name: str) -> Figure:
        return next(figure for figure in self.figures if figure.name == name)
