"""Many open maps in a process of their own, so that what they cost is not the buyers' time."""

import asyncio
import multiprocessing
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

import orjson
import uvloop

from gateway import open_files
from tests.bench.sockets import pages

# Spawned, not forked: a process with a gRPC channel must not be forked.
_processes = multiprocessing.get_context("spawn")
ANSWER_SECONDS = 600
STOP_SECONDS = 10

Arrivals = Mapping[bytes, Sequence[float]]  # each frame, and when (perf_counter) a map had it


class Seen:
    """What the maps were sent since the last look."""

    def __init__(self, arrivals: Arrivals) -> None:
        self.frames = sum(len(times) for times in arrivals.values())
        self.of_seat: defaultdict[str, list[float]] = defaultdict(list)
        for frame, times in arrivals.items():
            for seat in _seats(frame):
                self.of_seat[seat].extend(times)

    def delays(self, asked: Mapping[str, float]) -> list[float]:
        """From each seat's question to each map that shows it, in seconds."""
        return [when - begin for seat, begin in asked.items() for when in self.of_seat[seat]]


class Watchers:
    """`number` maps of one session. What was seen is said once: each time for what came since."""

    def __init__(self, pipe: Connection, number: int) -> None:
        self.number = number
        self._pipe = pipe

    def seen(self, seats: Iterable[str]) -> Seen:
        """As soon as every map shows a change of each of them, or nothing comes any more."""
        return self._ask(list(seats), 0)

    def flooded(self, frames: int) -> Seen:
        """As soon as each map was sent so many frames, or nothing comes any more."""
        return self._ask([], frames * self.number)

    def _ask(self, seats: list[str], frames: int) -> Seen:
        self._pipe.send((seats, frames))
        return Seen(_answer(self._pipe))


@contextmanager
def watching(url: str, session: str, number: int) -> Iterator[Watchers]:
    ours, theirs = _processes.Pipe()
    process = _processes.Process(target=_watch, args=(theirs, url, session, number), daemon=True)
    process.start()
    theirs.close()  # so that the end of the process is the end of the pipe
    try:
        _answer(ours)
        yield Watchers(ours, number)
    finally:
        process.terminate()
        process.join(STOP_SECONDS)


def _answer(pipe: Connection) -> Any:
    if not pipe.poll(ANSWER_SECONDS):
        raise TimeoutError("the open maps do not answer")
    return pipe.recv()


def _seats(frame: bytes) -> list[str]:
    """The seats of one change, as the naive gateway sends it, or of many; a yardstick's frame
    has none."""
    if not frame.startswith(b"{"):
        return []
    facts = orjson.loads(frame)
    changes = facts.get("mudancas") or ([facts] if "assento" in facts else [])
    return [change["assento"] for change in changes]


# -------------------------------------------------------------------------------- the other process

_LOOK_SECONDS = 0.1
_SETTLED_SECONDS = 1  # without a frame, once all are open
_LOST_SECONDS = 10  # without a frame: what has not come will not


def _watch(pipe: Connection, url: str, session: str, number: int) -> None:
    open_files.raise_limit()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_Crowd().serve(pipe, url, session, number))


class _Crowd:
    def __init__(self) -> None:
        self._arrivals: defaultdict[bytes, array[float]] = defaultdict(lambda: array("d"))
        self._last = perf_counter()

    def note(self, frame: bytes) -> None:
        self._last = perf_counter()
        self._arrivals[frame].append(self._last)

    async def serve(self, pipe: Connection, url: str, session: str, number: int) -> None:
        async with pages(url, session, number, self.note):
            await self._until(lambda: self._silence() > _SETTLED_SECONDS)
            self._arrivals.clear()
            pipe.send(None)
            while True:
                wanted = await asyncio.to_thread(pipe.recv)
                self._last = perf_counter()
                await self._until(partial(self._has, number, *wanted))
                pipe.send(dict(self._arrivals))
                self._arrivals.clear()

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Or until what has not come will not come any more."""
        while not condition() and self._silence() < _LOST_SECONDS:  # noqa: ASYNC110 - no event
            await asyncio.sleep(_LOOK_SECONDS)

    def _silence(self) -> float:
        return perf_counter() - self._last

    def _has(self, number: int, seats: list[str], frames: int) -> bool:
        shown = Counter[str]()
        for frame, times in self._arrivals.items():
            shown.update(dict.fromkeys(_seats(frame), len(times)))
        came = sum(len(times) for times in self._arrivals.values())
        return came >= frames and all(shown[seat] >= number for seat in seats)
