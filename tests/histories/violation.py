"""What a check has found."""

from dataclasses import dataclass

from tests.histories.lines import Line


@dataclass(frozen=True)
class Violation:
    """`rule` is the number in docs/histories.md; `lines` contradict each other, or the rule."""

    rule: str
    text: str
    lines: tuple[Line, ...] = ()

    def __str__(self) -> str:
        return f"({self.rule}) {self.text}"

    @property
    def excerpt(self) -> list[Line]:
        """Its lines in the order of the file, each once."""
        return sorted({id(line): line for line in self.lines}.values(), key=_number)


def _number(line: Line) -> int:
    return line.number
