"""An asyncio loop with virtual time, in which a seed decides the order of what is ready.

No socket, no thread, no real waiting: an hour passes in milliseconds, and a seed gives the same run
again.
"""

import asyncio
import heapq
import random
import traceback
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any

TURN_SECONDS = (0.0, 0.0005, 0.005)  # a turn of the loop takes up to so long: a busy machine
THREAD_SECONDS = 0.02  # a call in a thread begins and ends within so much


class NothingToDo(Exception):
    """Every task waits, and no timer runs: they would wait without end."""


class Process:
    """What tasks and timers belong to: those that `begin` and the code within it create.

    A killed process never runs again: no `except` and no `finally`, as after kill -9. A suspended
    one goes on where it was.
    """

    current = ContextVar["Process | None"]("current", default=None)

    def __init__(self, loop: "SimulatedLoop", name: str) -> None:
        self.name = name
        self.is_alive = True
        self.is_suspended = False
        self._loop = loop
        self._held: list[asyncio.Handle] = []
        loop.processes.append(self)
        self.context = copy_context()
        self.context.run(self.current.set, self)

    def begin(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = self._loop.create_task(work, context=self.context.copy())
        task.add_done_callback(self._loop.note_end)
        return task

    def kill(self) -> None:
        self.is_alive = False

    def suspend(self) -> None:
        self.is_suspended = True

    def resume(self) -> None:
        self.is_suspended = False
        held, self._held = self._held, []
        self._loop.put_back(held)

    def runs(self, handle: asyncio.Handle) -> bool:
        """Whether the handle may run now; else it is kept until `resume`."""
        if self.is_alive and not self.is_suspended:
            return True
        self._held.append(handle)
        return False


class _Task(asyncio.Task[Any]):
    """Its hash is its number: asyncio keeps tasks in sets, whose order must be the seed's, too."""

    number = 0

    def __hash__(self) -> int:
        return self.number


class SimulatedLoop(asyncio.BaseEventLoop):
    """Runs all that is ready in an order of the seed's, then what became ready meanwhile."""

    _ready: deque[asyncio.Handle]  # of BaseEventLoop, as are these
    _scheduled: list[Any]
    _stopping: bool

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.outside = copy_context()  # belongs to no process
        self.processes: list[Process] = []
        self.notes: list[str] = []
        self.course = 0  # differs where anything ran at another time or in another number
        self.faults: list[str] = []  # exceptions that nobody has caught
        self._now = 0.0
        self._turn_seconds = self.random.choice(TURN_SECONDS)
        self._tasks = 0
        self._unfinished = dict[asyncio.Task[Any], None]()  # none is collected, and so closed
        self._threads = dict[object, float]()  # when each one is free
        self.set_task_factory(self._new_task)
        self.set_exception_handler(self._note_fault)

    def time(self) -> float:
        return self._now

    def note(self, text: str) -> None:
        """A line for the reader of a seed's replay."""
        self.notes.append(f"{self._now:9.3f} {text}")

    def note_end(self, task: "asyncio.Task[Any]") -> None:
        if not task.cancelled() and task.exception() is not None:
            self.faults.append("".join(traceback.format_exception(task.exception())))

    def put_back(self, handles: list[asyncio.Handle]) -> None:
        self._ready.extend(handles)

    def run_in_executor(  # type: ignore[override]
        self, executor: object, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """Calls it in this thread, a moment later. An executor's calls follow each other."""
        future = self.create_future()
        begin = max(self._now, self._threads.get(executor, 0.0)) + self._moment()
        end = begin + self._moment()
        if executor is not None:
            self._threads[executor] = end
        self.call_at(begin, self._call_in_thread, future, end, func, args)
        return future

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        return self.call_soon(callback, *args, context=context)

    def finish(self) -> None:
        """Cancels whatever still runs, of killed processes, too, and closes the loop."""
        for process in self.processes:
            process.is_alive = True
            process.resume()
        for _ in range(10):
            for task in list(self._unfinished):
                task.cancel()
            if self._unfinished:
                self.run_until_complete(asyncio.wait(list(self._unfinished), timeout=60))
        self.close()

    # ---------------------------------------------------------------------------- of BaseEventLoop

    def _run_once(self) -> None:
        self._forget_cancelled_timers()
        if not self._ready and not self._stopping:
            if not self._scheduled:
                raise NothingToDo
            self._now = max(self._now, self._scheduled[0]._when)
        while self._scheduled and self._scheduled[0]._when <= self._now:
            timer = heapq.heappop(self._scheduled)
            timer._scheduled = False
            self._ready.append(timer)
        turn: list[Any] = list(self._ready)
        self._ready.clear()
        self.random.shuffle(turn)
        self._now += self.random.random() * self._turn_seconds
        self.course = hash((self.course, self._now, len(turn)))
        for handle in turn:
            process = handle._context.get(Process.current)
            if not handle._cancelled and (process is None or process.runs(handle)):
                handle._run()

    def _forget_cancelled_timers(self) -> None:
        while self._scheduled and self._scheduled[0]._cancelled:
            heapq.heappop(self._scheduled)._scheduled = False

    def _write_to_self(self) -> None:
        """There is no other thread."""

    def _new_task(
        self, _loop: asyncio.AbstractEventLoop, coro: Any, context: Context | None = None
    ) -> "asyncio.Task[Any]":
        task = _Task(coro, loop=self, context=context)
        self._tasks += 1
        task.number = self._tasks
        self._unfinished[task] = None
        task.add_done_callback(self._unfinished.pop)
        return task

    def _moment(self) -> float:
        return self.random.uniform(0, THREAD_SECONDS)

    def _call_in_thread(
        self,
        future: "asyncio.Future[Any]",
        end: float,
        func: Callable[..., Any],
        args: tuple[Any, ...],
    ) -> None:
        try:
            answer = future.set_result, func(*args)
        except Exception as fault:  # noqa: BLE001 - its caller raises it
            answer = future.set_exception, fault
        self.call_at(end, _unless_done, future, *answer)

    def _note_fault(self, _loop: asyncio.AbstractEventLoop, facts: dict[str, Any]) -> None:
        self.faults.append(f"{facts['message']}: {facts.get('exception')!r}")


def _unless_done(future: "asyncio.Future[Any]", settle: Callable[[Any], None], fact: Any) -> None:
    if not future.done():
        settle(fact)
