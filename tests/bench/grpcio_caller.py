"""Calls a server from a process of its own, with the grpcio of its environment, and says what that
cost.

`python -m tests.bench.grpcio_caller ADDRESS` reads seats as JSON from stdin, [[session, seat], …],
holds each, and writes the cost as JSON to stdout.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass

import uvloop

from tests.bench.buyers import Order, counter
from tests.bench.meter import drive

IN_FLIGHT = 64


@dataclass(frozen=True)
class Called:
    """`cpu_us`: the caller's own CPU a call."""

    cpu_us: float
    rate: float


async def call(address: str, seats: list[tuple[str, str]]) -> Called:
    async with counter(address) as at:
        calls = at.holds([Order.of(session, [seat]) for session, seat in seats])
        cpu, wall = time.process_time(), time.perf_counter()
        await drive(calls, IN_FLIGHT)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Called(cpu / len(calls) * 1e6, len(calls) / wall)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        called = runner.run(call(sys.argv[1], json.load(sys.stdin)))
    json.dump(asdict(called), sys.stdout)
