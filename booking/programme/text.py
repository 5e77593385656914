"""Reads a programme's text: everything is checked before anything is used, and each fault has its
line."""

from functools import cached_property
from typing import NamedTuple

from pydantic import ValidationError

from booking.programme.checks import inconsistencies
from booking.programme.schema import ProgrammeEntry, fault_text
from booking.programme.syntax import Fault, FaultyProgrammeError, parse
from booking.programme.toml_lines import Path, find_lines, line_of
from booking.programme.warnings import warnings


class _Lines:
    """The positions in the text, found at the first question: a valid programme hardly needs
    them."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _by_path(self) -> dict[Path, int]:
        return find_lines(self._text)

    def of(self, path: Path) -> int:
        return line_of(self._by_path, path)


class Reading(NamedTuple):
    programme: ProgrammeEntry
    warnings: list[Fault]  # valid, but probably mistakes
    lines: _Lines

    def line_of_session(self, session_id: str) -> int:
        index = [session.id for session in self.programme.sessions].index(session_id)
        return self.lines.of(("sessoes", index))


def read_programme(text: str) -> Reading:
    """Parses and checks a whole programme. Raises FaultyProgrammeError."""
    data, lines = parse(text), _Lines(text)
    try:
        programme = ProgrammeEntry.model_validate(data)
    except ValidationError as error:
        faults = [(detail["loc"], fault_text(detail)) for detail in error.errors()]
    else:
        faults = list(inconsistencies(programme, lines.of))
        if not faults:
            found = [Fault(lines.of(path), text) for path, text in warnings(programme, lines.of)]
            return Reading(programme, sorted(found), lines)
    raise FaultyProgrammeError(Fault(lines.of(path), message) for path, message in faults)
