"""Holds in batches over streams, as a gateway's browsers ask for them: beside the bare echo of a
call each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.bench.batch_caller import BatchCaller
from tests.bench.meter import metered, quantile
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.rows.holds import HOLDS, shops

STREAMS = 2
UNDER_WAY = 64  # of each stream


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    async with shops() as all_:
        caller = BatchCaller(all_.ours.counter.channel, STREAMS, UNDER_WAY)
        await caller.hold(all_.ours.next(STREAMS * UNDER_WAY))

        async def one_round() -> Figures:
            count = scale.of(HOLDS)
            echo = await all_.echo.hold(all_.echo.next(count))
            orders = all_.ours.next(2 * count)
            with metered(all_.ours.processes) as spent:
                took = await caller.hold(orders)
            rate = len(orders) / spent.wall
            us = {name: seconds / len(orders) * 1e6 for name, seconds in spent.cpu.items()}
            return {
                "rate": rate / echo.rate,
                "booking_us": us["booking"],
                "cpu": us["booking"] / echo.cpu["echo"],
                "redis_us": us["redis"],
                "echo_us": echo.cpu["echo"],
                "holds_a_second": rate,
                "p99_ms": quantile(took, 0.99) * 1_000,
            }

        yield one_round


HOLD_IN_BATCHES = Row(
    "hold_batches",
    "Hold, in batches over 2 streams, 128 in flight",
    "As a gateway does for its browsers: each request holds one seat for a buyer of its own, "
    "64 requests are under "
    "way on each of two streams, and as many new ones follow the answers in one message "
    "(`batch_caller.py`). "
    "Beside it the echo, a call each, 64 in flight.",
    (
        Figure("rate", "rate, of the unary echo's", 2.5, better="more"),
        Figure("booking_us", "CPU of booking", 35, unit="µs"),
        Figure("cpu", "CPU of booking, in echoes", guarded=True),
        Figure("redis_us", "CPU of its Redis", unit="µs"),
        Figure("echo_us", "CPU of the echo", unit="µs"),
        Figure("holds_a_second", "holds a second", better="more"),
        Figure("p99_ms", "p99", unit="ms"),
    ),
    _stage,
)
