"""What a benchmark says at the end: a Markdown table for docs/benchmarks.md, and the machine that it ran on."""

import os
import platform
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

Rows = Iterable[tuple[str, str]]


def show(title: str, rows: Rows) -> None:
    """Writes the table to stdout."""
    lines = [f"### {title}", "", "| | |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)]
    sys.stdout.write("\n".join([*lines, "", f"_{machine()}_", "", ""]))
    sys.stdout.flush()


def machine() -> str:
    """Cores, memory and system, and how busy it was: the figures mean little without."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    busy = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}; load average {busy:.1f}"
    )


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of them stays within."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def spread(seconds: Sequence[float]) -> str:
    """p50, p99 and the largest of some times, in ms."""
    p50, p99, most = (quantile(seconds, part) * 1_000 for part in (0.5, 0.99, 1.0))
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, largest {most:.1f} ms ({len(seconds):,})"


def _processor() -> str:
    for line in _lines(Path("/proc/cpuinfo")):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
