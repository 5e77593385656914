"""A hundred changes a second under the eyes of 5,000 open maps, beside a process that only
writes ready frames."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from time import perf_counter

from tests.bench import big_room, ready_frames, yardsticks
from tests.bench.buyers import Counter, Order, counter
from tests.bench.meter import Call, metered, quantile
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.sockets import pages
from tests.bench.stage import ONE_ADDRESS, box_office, folder
from tests.bench.traffic import Pace
from tests.bench.watchers import Watchers, watching
from tests.support.services import Gateway

WATCHERS = 5_000
CHANGES, A_SECOND = 500, 100
SESSIONS = 10


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    sessions = big_room.numbered(SESSIONS)
    unused = iter(sessions)
    with (
        box_office(big_room.programme(sessions), **ONE_ADDRESS) as office,
        office.gateway() as gateway,
    ):
        async with counter(office.booking.address) as at:
            seats = await at.seats(sessions[0])

            async def one_round() -> Figures:
                session, watchers = next(unused), scale.of(WATCHERS)
                with watching(gateway.url, session, watchers) as maps:
                    ours = await _watched(at, session, seats[: scale.of(CHANGES)], gateway, maps)
                bare_us = await _bare(watchers)
                return ours | {"bare_us": bare_us, "of_bare": ours["frame_us"] / bare_us}

            yield one_round


async def _watched(
    at: Counter, session: str, seats: list[str], gateway: Gateway, maps: Watchers
) -> Figures:
    asked: dict[str, float] = {}
    calls = at.holds([Order.of(session, [seat]) for seat in seats])
    with metered({"gateway": gateway}) as spent:
        await _paced(zip(seats, calls, strict=True), asked)
        seen = maps.seen(seats)
    delays = seen.delays(asked)
    return {
        "seen_p50": quantile(delays, 0.5) * 1_000,
        "seen_p99": quantile(delays, 0.99) * 1_000,
        "delivered": len(delays) / (len(seats) * maps.number),
        "frame_us": spent.cpu["gateway"] / seen.frames * 1e6,
        "frames": seen.frames / maps.number,
    }


async def _paced(calls: Iterable[tuple[str, Call]], asked: dict[str, float]) -> None:
    """So many a second, whatever the answers take."""
    pace = Pace(A_SECOND)
    async with asyncio.TaskGroup() as group:
        for seat, call in calls:
            await pace.leave_for(1)
            asked[seat] = perf_counter()
            group.create_task(_made(call))


async def _made(call: Call) -> None:
    await call()


async def _bare(watchers: int) -> float:
    """Microseconds of CPU that a ready frame costs."""
    with (
        folder() as place,
        yardsticks.ready_frames(place) as server,
        watching(server.url, "", watchers) as maps,
    ):
        async with pages(server.url, "", 1) as (page,):
            with metered({"bare": server}) as spent:
                page.send(b"go")
                seen = maps.flooded(ready_frames.ROUNDS)
    return spent.cpu["bare"] / seen.frames * 1e6


FAN_OUT = Row(
    "fan_out",
    "5,000 maps watching 100 changes a second",
    "Holds by gRPC, a hundred a second, in a session that 5,000 maps watch. Beside it a process "
    "that writes a ready frame to 5,000 transports on uvloop and does nothing else "
    "(`ready_frames.py`).",
    (
        Figure("seen_p50", "a map shows a change: p50", unit="ms"),
        Figure("seen_p99", "a map shows a change: p99", 110, unit="ms"),
        Figure("delivered", "changes delivered as updates, of all", 1, better="more"),
        Figure("frame_us", "CPU of the gateway, a frame", 9, unit="µs"),
        Figure("bare_us", "CPU of writing a ready frame", unit="µs"),
        Figure("of_bare", "a frame, in ready ones", guarded=True),
        Figure("frames", "frames that a map was sent for all changes"),
    ),
    _stage,
    rounds=3,
)
