"""Explores the model of the seats with Spin.

`python -m tests.model.spin` installs Spin where that is easy.
"""

import logging
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from cinema import logs
from deploy import commands
from tests.support import debian

MODEL = Path(__file__).with_name("seats.pml")
TOOLS = {"spin": ("spin",), "gcc": ("gcc", "libc6-dev")}  # a program, and Debian's packages of it
SECONDS = 1_800
MEGABYTES = 9_000
_STATES = re.compile(r"(\d+) states, stored")
_STEP = re.compile(r"\d+: .*|broken: .*")

log = logging.getLogger("setup")


@dataclass(frozen=True)
class Explored:
    """Every state that the model can be in, up to the first that breaks a guarantee."""

    states: int
    broken: str  # the guarantee, empty where each holds in every state
    steps: tuple[str, ...]  # how it came to be broken

    def __str__(self) -> str:
        result = f"breaks {self.broken}" if self.broken else "no guarantee is broken"
        return f"{self.states:,} states: {result}"


def missing() -> list[str]:
    """The programs that an exploration needs and this machine lacks."""
    return [program for program in TOOLS if not shutil.which(program)]


def explore(options: tuple[str, ...], folder: Path) -> Explored:
    """Breadth first with BFS among the options, which finds the shortest way to a fault; else depth
    first, in less memory.

    Raises CommandFailed where Spin or the compiler refuses, and where memory does not suffice.
    """
    model = [f"-D{option}" for option in options if option != "BFS"]
    search = [f"-D{option}" for option in options if option == "BFS"]
    commands.run(["spin", *model, "-a", str(MODEL)], timeout=SECONDS, cwd=folder)
    # To optimise takes longer than to explore the small model without.
    level = "-O0" if "ONE_CASE" in options else "-O1"
    compiled = [level, "-w", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={MEGABYTES}", *search]
    commands.run(["gcc", *compiled, "-o", "pan", "pan.c"], timeout=SECONDS, cwd=folder)
    # -m: the longest way, in steps; -b: it is an error to need more.
    report = commands.run(["./pan", "-m1000000", "-b", "-w22"], timeout=SECONDS, cwd=folder)
    states = _STATES.search(report)
    if not states or "out of memory" in report:
        raise commands.CommandFailed(f"not explored whole: {report[-500:]}")
    steps = () if "errors: 0" in report else _replay(model, folder)
    broken = steps[-1].removeprefix("broken: ") if steps else ""
    return Explored(int(states[1]), broken, steps[:-1])


def _replay(model: list[str], folder: Path) -> tuple[str, ...]:
    """What the trail that Spin has left prints."""
    # Spin looks for the trail beside its model.
    replayed = commands.run(
        ["spin", *model, "-k", f"{MODEL.name}.trail", "-T", str(MODEL)], timeout=SECONDS, cwd=folder
    )
    return tuple(line.strip() for line in replayed.splitlines() if _STEP.fullmatch(line.strip()))


def main() -> None:
    logs.configure("setup")
    packages = [package for program in missing() for package in TOOLS[program]]
    if not packages:
        return
    if not debian.can_install():
        log.warning("no %s: install it to explore the model", " and no ".join(missing()))
        return
    log.info("installing Debian's %s ...", ", ".join(packages))
    try:
        debian.install(packages)
    except commands.CommandFailed as reason:
        sys.exit(f"Debian's {', '.join(packages)} cannot be installed: {reason}")


if __name__ == "__main__":
    main()
