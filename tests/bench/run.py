"""Runs rows: round after round, with a bar that shows how far it is."""

import asyncio
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway import open_files
from tests.bench.row import Figures, Row, Scale


@dataclass(frozen=True)
class Spread:
    """A figure over the rounds of a run."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))


@dataclass(frozen=True)
class Result:
    row: Row
    rounds: int
    figures: Mapping[str, Spread]

    @classmethod
    def of(cls, row: Row, rounds: Sequence[Figures]) -> "Result":
        names = [figure.name for figure in row.figures if figure.name in rounds[0]]
        spreads = {name: Spread.of([one[name] for one in rounds]) for name in names}
        return cls(row, len(rounds), spreads)


def run(rows: Sequence[Row], scale: Scale, rounds: int | None = None) -> Iterator[Result]:
    """Each row's result as soon as it is there. `rounds`: other than the row's own number."""
    open_files.raise_limit()
    with _bar(sum(rounds or row.rounds for row in rows)) as bar:
        for row in rows:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                yield runner.run(_run(row, scale, rounds or row.rounds, bar))


async def _run(row: Row, scale: Scale, rounds: int, bar: "_Bar") -> Result:
    bar.begin(row.title)
    figures = []
    async with row.stage(scale) as one_round:
        for _ in range(rounds):
            figures.append(await one_round())
            bar.advance()
    return Result.of(row, figures)


class _Bar:
    def __init__(self, progress: Progress, rounds: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=rounds)

    def begin(self, title: str) -> None:
        self._progress.update(self._task, description=title)

    def advance(self) -> None:
        self._progress.advance(self._task)


@contextmanager
def _bar(rounds: int) -> Iterator[_Bar]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield _Bar(progress, rounds)


def named(rows: Iterable[Row], names: Sequence[str]) -> list[Row]:
    """Those of the names, or all."""
    return [row for row in rows if not names or row.name in names]
