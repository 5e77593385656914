"""docs/benchmarks.md: what the history says is written between two marks; the words around it are
ours.

python -m tests.bench page
"""

import argparse
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from deploy import ROOT
from tests.bench import history, plot, report
from tests.bench.history import Entry
from tests.bench.row import Figure, Row
from tests.bench.rows import ROWS
from tests.bench.run import Spread

FILE = ROOT / "docs" / "benchmarks.md"
PICTURES = ROOT / "docs" / "images" / "benchmarks"
BEGIN = "<!-- from here to the end mark: python -m tests.bench page -->"
END = "<!-- end -->"
LINE = 100


def main(arguments: Sequence[str]) -> None:
    argparse.ArgumentParser(prog="python -m tests.bench page", description=__doc__).parse_args(
        arguments
    )
    write(history.read())


def write(entries: Sequence[Entry], file: Path = FILE, pictures: Path = PICTURES) -> None:
    """Quick runs are for CI: they measure less, and are not shown."""
    pictures.mkdir(parents=True, exist_ok=True)
    sections = []
    for row in ROWS:
        of_row = [entry for entry in entries if entry.row == row.name and not entry.quick]
        if of_row:
            picture = pictures / f"{row.name}.svg"
            picture.write_text(plot.drawing(row, of_row), encoding="utf-8")
            sections.append(_section(row, of_row, picture.relative_to(file.parent)))
    head, _, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    file.write_text("\n".join([head + BEGIN, "", *sections, END + tail]), encoding="utf-8")


def _section(row: Row, entries: Sequence[Entry], picture: Path) -> str:
    first, newest = entries[0], entries[-1]
    shown = [first, newest] if len(entries) > 1 else [newest]
    head = "".join(f" {entry.commit} |" for entry in shown)
    lines = [
        f"### {row.title}",
        "",
        _filled(row.about),
        "",
        f"| `{row.name}` |{head} goal |",
        "|---|" + "---|" * (len(shown) + 1),
        *_lines(row, shown),
        "",
        _filled(f"![{row.title}, over time]({picture})"),
        "",
        _filled(f"_{_circumstances(newest)}_"),
        "",
    ]
    return "\n".join(lines)


def _filled(text: str) -> str:
    return textwrap.fill(text, LINE, break_on_hyphens=False)


def _lines(row: Row, shown: Sequence[Entry]) -> Iterator[str]:
    newest = shown[-1].figures
    for figure in row.figures:
        if figure.name in newest:
            cells = "".join(f" {_cell(figure, entry.figures)} |" for entry in shown)
            yield f"| {figure.text} |{cells} {report.goal(figure, newest[figure.name])} |"


def _cell(figure: Figure, figures: Mapping[str, Spread]) -> str:
    spread = figures.get(figure.name)
    if spread is None:
        return ""
    unit = f" {figure.unit}" if figure.unit else ""
    median = f"{report.number(spread.median)}{unit}"
    if spread.lowest == spread.highest:
        return median
    return f"{median} ({report.number(spread.lowest)} to {report.number(spread.highest)})"


def _circumstances(entry: Entry) -> str:
    """When, where, and how busy the machine was."""
    machine, versions = entry.machine, entry.versions
    rounds = f"{entry.rounds} rounds" if entry.rounds > 1 else "one round"
    return (
        f"{entry.at[:10]}, {rounds}; {machine['cores']} cores ({machine['processor']}), "
        f"{machine['memory_gb']} GB, {_load(machine['load'])}; Python {versions['python']}, "
        f"grpcio {versions['grpcio']}, {versions['server']}"
    )


def _load(average: float | None) -> str:
    """The first entries are copied from an earlier form of the page, which says so much only."""
    return "nothing else running" if average is None else f"load average {average}"
