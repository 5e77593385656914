"""Reads a recorded history, or says in a sentence why the file is none."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from tests.histories.lines import (
    ANY_LINE,
    Action,
    Answer,
    Call,
    End,
    Header,
    LedgerRecord,
    Line,
    Mail,
    Message,
    Order,
    Outcome,
    Read,
)


class Unusable(Exception):
    """The text says why, and names the line."""


def read(file: Path) -> list[Line]:
    """Raises Unusable."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise Unusable(f"it cannot be read: {error.strerror}") from None
    return parse(text.splitlines(keepends=True))


def parse(texts: Iterable[bytes]) -> list[Line]:
    """Raises Unusable."""
    lines, form = [], _Form()
    for line in _lines(texts):
        form.check(line)
        lines.append(line)
    if not lines:
        raise Unusable("it is empty")
    if not isinstance(lines[-1], End):
        raise Unusable(f"it is cut: it has no line of type end after line {len(lines)}")
    return lines


def _lines(texts: Iterable[bytes]) -> Iterator[Line]:
    for number, text in enumerate(texts, start=1):
        try:
            yield ANY_LINE.validate_json(text).numbered(number)
        except ValidationError as error:
            if not text.endswith(b"\n"):
                raise Unusable(f"it is cut: line {number} has no end") from None
            fault = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, fault["loc"])) or "it"
            raise Unusable(f"line {number} is made up: {where}: {fault['msg']}") from None


class _Form:
    """What holds between the lines of every recording, whatever the recorded system does."""

    def __init__(self) -> None:
        self._lines = 0
        self._at = 0
        self._ended = False
        self._sessions: frozenset[str] = frozenset()
        self._calls: dict[int, Call] = {}
        self._answered: set[int] = set()
        self._entries: Counter[str] = Counter()

    def check(self, line: Line) -> None:
        """Raises Unusable."""
        reason = self._fault(line)
        if reason:
            raise Unusable(f"line {line.number}: {reason}")
        self._lines += 1
        self._at = line.at

    def _fault(self, line: Line) -> str:
        if isinstance(line, Header) != (self._lines == 0):
            return "it is mixed or cut: the header is the first line of a history, and no other"
        if self._ended:
            return "it is mixed: lines follow that of type end"
        if line.at < self._at:
            return "it is mixed: its time is before that of the line above"
        if getattr(line, "session", None) not in {None, *self._sessions}:
            return "it is mixed: the header does not name its session"
        return self._fault_of_kind(line)

    def _fault_of_kind(self, line: Line) -> str:
        match line:
            case Header():
                self._sessions = frozenset(line.sessions)
            case Call():
                if self._calls.setdefault(line.id, line) is not line:
                    return f"it is mixed: there is a call {line.id} above"
            case Answer():
                return self._fault_of_answer(line)
            case Order() | Message() | LedgerRecord() | Mail():
                self._entries[line.source] += 1
            case Read(source=source, entries=entries) if entries != self._entries[source]:
                return f"it is cut or mixed: {self._entries[source]} entries of {source} are above"
            case End():
                self._ended = True
                if line.lines != self._lines:
                    return f"it is cut or mixed: {self._lines} lines are above"
        return ""

    def _fault_of_answer(self, answer: Answer) -> str:
        call = self._calls.get(answer.id)
        if call is None:
            return f"it is mixed or made up: there is no call {answer.id} above"
        if answer.id in self._answered:
            return f"it is mixed or made up: call {answer.id} was answered above"
        self._answered.add(answer.id)
        if call.action is Action.CONFIRM and answer.outcome is Outcome.OK and not answer.order:
            return f"it is made up: the sale of call {answer.id} has no order"
        return ""
