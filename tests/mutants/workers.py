"""Tries mutants in several processes at a time, each with a copy of the project."""

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from queue import Empty
from typing import Any

from tests.mutants import by_hand, trial
from tests.mutants.by_hand import Patch
from tests.mutants.lua import Mutant
from tests.mutants.suite import ForkedSuite, ProjectCopy, Unsettled

AT_ONCE = 2
# Each process takes ports of its own (tests/support/ports.py); a suite beside it has gw0 to gw3.
FIRST_WORKER = 4
LOOK_SECONDS = 5
STOP_TRIES, STOP_SECONDS = 3, 10
# A forked process would offer the same free ports as its sibling.
_processes = get_context("spawn")

Change = Mutant | Patch


def tried(changes: Sequence[Change]) -> Iterator[tuple[Change, str, bool]]:
    """Each with the test that notices it, in the order in which they end; or with a reason and
    False, where that could not be said."""
    todo, done = _processes.Queue(), _processes.Queue()
    for number in range(len(changes)):
        todo.put(number)
    for _ in range(AT_ONCE):
        todo.put(None)
    with _started(todo, done, changes) as is_at_work:
        for _ in changes:
            number, noticed, is_settled = _next(done, is_at_work)
            yield changes[number], noticed, is_settled


def _next(done: Any, is_at_work: Callable[[], bool]) -> tuple[int, str, bool]:
    while True:
        try:
            answer: tuple[int, str, bool] = done.get(timeout=LOOK_SECONDS)
        except Empty:
            if not is_at_work():
                raise RuntimeError("the processes have ended before their work") from None
        else:
            return answer


@contextmanager
def _started(todo: Any, done: Any, changes: Sequence[Change]) -> Iterator[Callable[[], bool]]:
    """They end with their work, or stop where the block raises, with their servers and copies."""
    processes = []
    for number in range(FIRST_WORKER, FIRST_WORKER + AT_ONCE):
        os.environ["PYTEST_XDIST_WORKER"] = f"gw{number}"
        processes.append(_processes.Process(target=_work, args=(todo, done, changes)))
        processes[-1].start()
    try:
        yield lambda: any(process.is_alive() for process in processes)
    except BaseException:
        for process in processes:
            _stop(process)
        raise
    for process in processes:
        process.join()


def _stop(process: Any) -> None:
    """An interrupt that comes during a callback of Hypothesis is lost, so a second one follows."""
    for _ in range(STOP_TRIES):
        process.terminate()
        process.join(STOP_SECONDS)
        if process.exitcode is not None:
            return
    process.kill()


def _work(todo: Any, done: Any, changes: Sequence[Change]) -> None:
    stopped = threading.Event()

    def stop(*_: object) -> None:
        stopped.set()
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        _try_each(todo, done, changes, stopped)
    except KeyboardInterrupt:
        done.cancel_join_thread()


def _try_each(todo: Any, done: Any, changes: Sequence[Change], stopped: threading.Event) -> None:
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        beside = ProjectCopy(folder / "project")
        with trial.state_machine(folder / "redis"):
            within = ForkedSuite(folder)
            for number in iter(todo.get, None):
                try:
                    noticed, is_settled = _noticed(changes[number], within, beside), True
                except Unsettled as reason:
                    noticed, is_settled = str(reason), False
                if stopped.is_set():  # the state machine took the interrupt for a failure
                    raise KeyboardInterrupt
                done.put((number, noticed, is_settled))


def _noticed(change: Change, within: ForkedSuite, beside: ProjectCopy) -> str:
    if isinstance(change, Patch):
        return by_hand.noticed(change, beside)
    return trial.noticed(change, within, beside)
