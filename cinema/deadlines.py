"""Deadlines of calls that may take equally long, with one timer for all of them.

The oldest call is due first, so the timer is that call's. asyncio.timeout has a timer a call.
"""

import asyncio
from types import TracebackType
from typing import Any


class Deadlines:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.under_way: dict[Deadline, None] = {}  # the next one due comes first
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, deadline: "Deadline") -> float:
        """Returns when it is due, by the loop's clock."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self.seconds
        self.under_way[deadline] = None
        if self._timer is None:
            self._timer = loop.call_at(due, self._miss_those_due)
        return due

    def end(self, deadline: "Deadline") -> None:
        self.under_way.pop(deadline, None)

    def _miss_those_due(self) -> None:
        self._timer, loop = None, asyncio.get_running_loop()
        for deadline in list(self.under_way):
            if deadline.due > loop.time():
                self._timer = loop.call_at(deadline.due, self._miss_those_due)
                return
            deadline.miss()
            self.end(deadline)


class Deadline:
    """A context manager: its block ends in time, or is cancelled and raises TimeoutError."""

    __slots__ = ("_deadlines", "_is_missed", "_task", "due")

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._is_missed = False

    def __enter__(self) -> None:
        self._task: asyncio.Task[Any] | None = asyncio.current_task()
        self.due = self._deadlines.begin(self)

    def miss(self) -> None:
        self._is_missed = True
        if self._task:
            self._task.cancel()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._deadlines.end(self)
        if not self._is_missed or self._task is None:
            return
        # A task that was also cancelled from elsewhere stays cancelled.
        if self._task.uncancel() == 0 and kind is asyncio.CancelledError:
            raise TimeoutError from fault
