"""What was measured when, of which commit, on which machine: docs/benchmarks.jsonl, a line for
each row of a run."""

import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from deploy import ROOT
from tests.bench.run import Result, Spread
from tests.support.redis_servers import redis_servers

FILE = ROOT / "docs" / "benchmarks.jsonl"
PACKAGES = (
    "grpcio",
    "protobuf",
    "redis",
    "hiredis",
    "uvloop",
    "uvicorn",
    "websockets",
    "starlette",
    "kafka-python",
)
_GIT_SECONDS = 10


@dataclass(frozen=True)
class Entry:
    """One row of one run."""

    at: str
    commit: str
    row: str
    quick: bool
    rounds: int
    figures: Mapping[str, Spread]
    machine: Mapping[str, Any]
    versions: Mapping[str, str]

    @classmethod
    def of(cls, result: Result, *, quick: bool) -> Self:
        figures = {name: _rounded(spread) for name, spread in result.figures.items()}
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(
            now, commit(), result.row.name, quick, result.rounds, figures, machine(), versions()
        )

    def to_json(self) -> str:
        figures = {name: [s.median, s.lowest, s.highest] for name, s in self.figures.items()}
        return json.dumps({**vars(self), "figures": figures}, ensure_ascii=False)

    @classmethod
    def parse(cls, line: str) -> Self:
        facts = json.loads(line)
        figures = {name: Spread(*values) for name, values in facts.pop("figures").items()}
        return cls(figures=figures, **facts)


def read(file: Path = FILE) -> list[Entry]:
    """Oldest first."""
    if not file.exists():
        return []
    return [Entry.parse(line) for line in file.read_text(encoding="utf-8").splitlines()]


def append(entries: Iterable[Entry], file: Path = FILE) -> None:
    with file.open("a", encoding="utf-8") as lines:
        lines.writelines(f"{entry.to_json()}\n" for entry in entries)


def commit() -> str:
    """The commit of the code that is measured, with a + where what a service runs was changed
    since; "" without git."""
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!tests", ":!docs")
    return _git("rev-parse", "--short=7", "HEAD") + ("+" if changed else "")


def machine() -> dict[str, Any]:
    """Cores, memory and system, and how busy it was: the figures mean little without."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(memory),
        "system": platform.system(),
        "load": round(os.getloadavg()[0], 1),
    }


def versions() -> dict[str, str]:
    installed = {package: importlib.metadata.version(package) for package in PACKAGES}
    return {"python": platform.python_version(), **installed, "server": ", ".join(redis_servers())}


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    for line in cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _rounded(spread: Spread) -> Spread:
    return Spread(*(float(f"{value:.4g}") for value in vars(spread).values()))


def _git(*arguments: str) -> str:
    answer = subprocess.run(
        ["git", "-C", str(ROOT), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=_GIT_SECONDS,
    )
    return answer.stdout.strip()
