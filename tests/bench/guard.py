"""What CI runs: the guarded figures, quickly, beside the newest quick run of docs/benchmarks.jsonl.

    python -m tests.bench guard
    python -m tests.bench guard --record    later runs are compared with this one

Each guarded figure is CPU in units of the same run's echo (or of another part's limit, or bytes): a
slow or busy machine is slow for both. It may be worse by a half, which is a fall of speed by a
third. What seems to have fallen is measured twice more, and the best of the three counts.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.bench import history
from tests.bench.history import Entry
from tests.bench.report import number
from tests.bench.row import Figure, Row, Scale
from tests.bench.rows import row
from tests.bench.run import Result, run

SCALE = Scale(0.2)
ROUNDS = 3
ATTEMPTS = 3
ALLOWED = 1.5
GUARDED = ("hold", "sale", "clicks", "fan_out", "browser", "reads", "redis_bytes")

Measure = Callable[[Sequence[Row]], Iterable[Result]]


@dataclass(frozen=True)
class Fall:
    row: Row
    figure: Figure
    was: float
    now: float

    def __str__(self) -> str:
        return (
            f"{self.row.title}: {self.figure.text} was {number(self.was)}, is {number(self.now)}, "
            f"may be {number(self.was * ALLOWED)}"
        )


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench guard", description=__doc__)
    parser.add_argument("--record", action="store_true", help="add to docs/benchmarks.jsonl")
    rows = [row(name) for name in GUARDED]
    if parser.parse_args(arguments).record:
        history.append(Entry.of(result, quick=True) for result in run(rows, SCALE, ROUNDS))
        return
    fallen = falls(rows, references(history.read()), lambda some: run(some, SCALE, ROUNDS))
    sys.stdout.writelines(f"{fall}\n" for fall in fallen)
    if fallen:
        sys.exit(1)
    sys.stdout.write("no guarded figure has fallen by a third\n")


def references(entries: Sequence[Entry]) -> dict[str, Entry]:
    """The newest quick run of each row."""
    return {entry.row: entry for entry in entries if entry.quick}


def falls(rows: Sequence[Row], before: Mapping[str, Entry], measure: Measure) -> list[Fall]:
    """What is too slow in the best of all attempts.

    A row that was never recorded cannot have fallen.
    """
    suspects = [row for row in rows if row.name in before]
    best: dict[tuple[str, str], Fall] = {}
    for _ in range(ATTEMPTS):
        for result in measure(suspects):
            for fall in _compared(result, before[result.row.name]):
                key = fall.row.name, fall.figure.name
                best[key] = min(best.get(key, fall), fall, key=lambda one: one.now)
        fallen = [fall for fall in best.values() if fall.now > fall.was * ALLOWED]
        suspects = [row for row in suspects if any(fall.row is row for fall in fallen)]
        if not suspects:
            break
    return fallen


def _compared(result: Result, before: Entry) -> list[Fall]:
    return [
        Fall(result.row, figure, before.figures[figure.name].median, spread.median)
        for figure in result.row.figures
        if figure.guarded and figure.name in before.figures
        for spread in [result.figures[figure.name]]
    ]
