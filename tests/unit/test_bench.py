"""What the benchmarks make of their figures: a history, a picture, and a verdict."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.bench import guard, history, plot
from tests.bench.guard import ATTEMPTS
from tests.bench.history import Entry
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.run import Result, run


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    count = 0

    async def one_round() -> Figures:
        nonlocal count
        count += 1
        return {"cpu": count * scale.part}

    yield one_round


ROW = Row("row", "A row & its title", "", (Figure("cpu", "CPU <of it>", 2, guarded=True),), _stage)


def result(cpu: float) -> Result:
    return Result.of(ROW, [{"cpu": cpu}])


def entry(cpu: float, *, quick: bool = True) -> Entry:
    return Entry.of(result(cpu), quick=quick)


def falls(was: float, *measured: float) -> list[str]:
    """What the guard says where a first, a second, … attempt measures this."""
    left = iter(measured)

    def measure(rows: Sequence[Row]) -> list[Result]:
        return [result(next(left)) for _ in rows]

    return [str(fall) for fall in guard.falls([ROW], {"row": entry(was)}, measure)]


def test_a_figure_is_the_median_of_its_rounds_with_the_lowest_and_the_highest() -> None:
    (measured,) = run([ROW], Scale(10), rounds=5)
    spread = measured.figures["cpu"]
    assert (spread.median, spread.lowest, spread.highest) == (30, 10, 50)


def test_what_is_added_to_the_history_is_read_from_it(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    entries = [entry(1), entry(2)]
    for one in entries:
        history.append([one], file)
    assert history.read(file) == entries


@pytest.mark.parametrize("count", [1, 2, 30])
def test_a_row_over_time_is_a_picture_with_a_point_for_each_run(count: int) -> None:
    picture = ElementTree.fromstring(plot.drawing(ROW, [entry(n) for n in range(count)]))
    assert len(picture.findall(".//{*}circle")) == count


def test_a_figure_that_stays_within_a_half_more_has_not_fallen() -> None:
    assert falls(2, 2.9) == []


def test_a_figure_that_was_worse_once_only_has_not_fallen() -> None:
    assert falls(2, 5, 2.9) == []


def test_a_figure_that_is_worse_each_time_has_fallen() -> None:
    (fall,) = falls(2, *[4, 3.5, 5][:ATTEMPTS])
    assert fall == "A row & its title: CPU <of it> was 2, is 3.5, may be 3"
