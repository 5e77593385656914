"""What an operation costs: time by the clock, and CPU of each process that has a part in it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from tests.support.processes import LocalProcess

Call = Callable[[], Awaitable[object]]


@dataclass
class Spent:
    """Seconds; filled when `metered` ends."""

    wall: float = 0
    cpu: dict[str, float] = field(default_factory=dict)


@contextmanager
def metered(processes: Mapping[str, LocalProcess]) -> Iterator[Spent]:
    """The kernel counts CPU in steps of 10 ms: a block should take some tenths of a second."""
    watched = {name: psutil.Process(process.pid) for name, process in processes.items()}
    before = {name: _seconds(process) for name, process in watched.items()}
    spent, begin = Spent(), time.perf_counter()
    yield spent
    spent.wall = time.perf_counter() - begin
    spent.cpu = {name: _seconds(process) - before[name] for name, process in watched.items()}


@dataclass(frozen=True)
class Cost:
    """Of so many operations: `cpu` in microseconds an operation by process, `latencies` in
    seconds."""

    rate: float
    cpu: Mapping[str, float]
    latencies: Sequence[float]

    def quantile_ms(self, part: float) -> float:
        return quantile(self.latencies, part) * 1_000


async def cost_of(
    calls: Iterable[Call], in_flight: int, processes: Mapping[str, LocalProcess]
) -> Cost:
    """Makes the calls, so many at a time; each next one as soon as one is answered."""
    with metered(processes) as spent:
        latencies = await drive(calls, in_flight)
    count = len(latencies)
    cpu = {name: seconds / count * 1e6 for name, seconds in spent.cpu.items()}
    return Cost(count / spent.wall, cpu, latencies)


async def drive(calls: Iterable[Call], in_flight: int) -> list[float]:
    """How long each of them took, in seconds."""
    waiting, latencies = iter(calls), list[float]()

    async def work() -> None:
        for call in waiting:
            begin = time.perf_counter()
            await call()
            latencies.append(time.perf_counter() - begin)

    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(work())
    return latencies


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of them stays within."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
