"""The figures of the fault runs: a line each, and the page docs/faults.md."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from deploy import ROOT

PAGE = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- from here to the end mark: make faults -->", "<!-- end -->"
HEAD = (
    "| Fault | Load held | Acknowledged | Lost | Doubled | No sale for | Sells again after | "
    "Records and mails after | The hard case |\n|---|--:|--:|--:|--:|--:|--:|--:|---|\n"
)


@dataclass(frozen=True)
class Figures:
    """Times in seconds. `recovery` and `arrived` count from the end of the fault; None: it was not
    measured. `problems` are the promises that were broken; ✗ marks them in the table."""

    name: str
    title: str
    acknowledged: int
    lost: int
    doubled: int
    reached: str
    seconds: float = 0
    offered: int = 0
    served: int = 0
    a_second: float = 0
    pause: float | None = None
    recovery: float | None = None
    arrived: float | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def load(self) -> str:
        """The part of the offered purchases that was served to its end."""
        if not self.offered:
            return "–"
        return f"{self.served / self.offered:.0%} of {self.a_second:g}/s"

    def row(self) -> str:
        title = f"{self.title} ✗" if self.problems else self.title
        cells = [title, self.load, self.acknowledged, self.lost, self.doubled]
        cells += [_time(t) for t in (self.pause, self.recovery, self.arrived)]
        return "| " + " | ".join(str(cell) for cell in [*cells, self.reached]) + " |\n"

    def line(self) -> str:
        verdict = "FAIL" if self.problems else "ok"
        text = (
            f"{verdict:4} {self.name}: load {self.load}, {self.acknowledged} acknowledged, "
            f"{self.lost} lost, {self.doubled} doubled, no sale for {_time(self.pause)}, sells "
            f"again after {_time(self.recovery)}, all arrived after {_time(self.arrived)}; "
            f"{self.reached}"
        )
        return "\n".join([text, *(f"     {problem}" for problem in self.problems)]) + "\n"


def table(rows: Sequence[Figures]) -> str:
    return HEAD + "".join(figures.row() for figures in rows)


def write(rows: Sequence[Figures], about: str) -> None:
    """Replaces what is between the marks of the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    text = f"{before}{BEGIN}\n\n{about}\n\n{table(rows)}\n{END}{after}"
    PAGE.write_text(text, encoding="utf-8")


def _time(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.1f} s"
