"""Records a history while it happens: the calls, their answers, the events, and the state at the
end."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.histories.lines import (
    Action,
    Answer,
    Call,
    Change,
    End,
    Event,
    Fault,
    Header,
    Line,
    Outcome,
    Read,
    Rules,
    Source,
    State,
)

Write = Callable[[Line], object]


class Recording:
    """Passes each line on in the order of its time. Threads may share it.

    `now()` is the monotonic clock of all lines, in nanoseconds.
    """

    def __init__(self, write: Write, now: Callable[[], int] = time.monotonic_ns) -> None:
        self._write = write
        self.now = now
        self._lock = threading.Lock()
        self._calls = itertools.count(1)
        self._lines = 0

    def header(
        self,
        program: str,
        sessions: Sequence[str],
        *,
        alone: bool = False,
        rules: Rules | None = None,
    ) -> None:
        """The first line. `alone`: nobody else uses these sessions."""
        self._add(
            lambda at: Header(
                type="header",
                at=at,
                format=1,
                program=program,
                started=datetime.now(UTC),
                sessions=tuple(sessions),
                alone=alone,
                rules=rules or Rules(),
            )
        )

    def call(
        self, action: Action, session: str, buyer: str, seats: Iterable[str], **more: Any
    ) -> int:
        """Just before a request is sent; returns the id for `answer`.

        `more` are fields of Call.
        """
        number = next(self._calls)
        self._add(
            lambda at: Call(
                type="call",
                at=at,
                id=number,
                action=action,
                session=session,
                buyer=buyer,
                seats=tuple(seats),
                **more,
            )
        )
        return number

    def answer(self, call: int, outcome: Outcome, **more: Any) -> None:
        """Just after the reply arrived. `more` are fields of Answer."""
        self._add(lambda at: Answer(type="answer", at=at, id=call, outcome=outcome, **more))

    def event(self, session: str, version: int, changes: Iterable[Change], **more: Any) -> None:
        self._add(
            lambda at: Event(
                type="event",
                at=at,
                session=session,
                version=version,
                changes=tuple(changes),
                **more,
            )
        )

    def stream_entry(self, fields: Mapping[str, str]) -> None:
        """An event as Redis' stream has it."""
        rest = dict(fields)
        session, version = rest.pop("session"), int(rest.pop("version"))
        changes = [Change(**change) for change in json.loads(rest.pop("changes"))]
        self.event(session, version, changes, clock=int(rest.pop("at")), **rest)

    def fault(self, what: str) -> None:
        self._add(lambda at: Fault(type="fault", at=at, what=what))

    def state(self, kind: Callable[..., State], **fields: Any) -> None:
        """`kind` is one of the classes of states."""
        self._add(lambda at: kind(type="state", at=at, **fields))

    def states(
        self, kind: Callable[..., State], source: Source, entries: Iterable[Mapping[str, Any]]
    ) -> None:
        """All that a source has, read to its end."""
        count = 0
        for entry in entries:
            self.state(kind, source=source, **entry)
            count += 1
        self._add(lambda at: Read(type="read", at=at, source=source, entries=count))

    def end(self) -> None:
        self._add(lambda at: End(type="end", at=at, lines=self._lines))

    def _add(self, line: Callable[[int], Line]) -> None:
        with self._lock:
            self._write(line(self.now()))
            self._lines += 1


NOWHERE = Recording(lambda _: None)


@contextmanager
def recorded_to(
    file: Path,
    program: str,
    sessions: Sequence[str],
    *,
    alone: bool = False,
    rules: Rules | None = None,
) -> Iterator[Recording]:
    """Writes the file. One that an exception ends lacks its last line, so that the checker refuses
    it as cut."""
    with file.open("w", encoding="utf-8") as out:
        recording = Recording(lambda line: out.write(line.to_json() + "\n"))
        recording.header(program, sessions, alone=alone, rules=rules)
        yield recording
        recording.end()
