"""How long after its deadline a hold is gone from every map, with the listener and without it.

The deadline is counted from the moment at which the buyer asked, so the figures are a little too
large.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc

from tests.bench.maps import Maps, open_maps
from tests.bench.row import Figures, Round, Row, Scale
from tests.bench.stage import whole_system
from tests.bench.times import time_figures, times
from tests.crowd.load import Crowd, free_seats, new_buyer
from tests.support.system import System

SESSION = "S001"
BROWSERS = 10
HOLDS = 200
HOLD_SECONDS = 2
CALL_SECONDS = 5
PAUSE_SECONDS = 0.03
PROMISED_MS = 1_500


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    with whole_system(HOLD_SECONDS=str(HOLD_SECONDS), HOLD_COOLDOWN_SECONDS="0") as system:

        async def one_round() -> Figures:
            await asyncio.to_thread(system.listener.start)
            with_listener = await _delays(system, scale.of(HOLDS))
            system.listener.kill()
            without = await _delays(system, scale.of(HOLDS))
            return times("with", with_listener) | times("without", without)

        yield one_round


async def _delays(system: System, holds: int) -> list[float]:
    async with (
        grpc.aio.insecure_channel(system.bookings[1].address) as channel,
        open_maps(system.gateways, SESSION, BROWSERS) as maps,
    ):
        crowd = Crowd(channel, SESSION, CALL_SECONDS)
        seats = free_seats(await crowd.seat_map())
        ends = []
        for n in range(holds):
            ends.append(asyncio.create_task(_end(crowd, maps, seats[n % len(seats)])))
            await asyncio.sleep(PAUSE_SECONDS)
        return await asyncio.gather(*ends)


async def _end(crowd: Crowd, maps: Maps, seat: str) -> float:
    hold = await crowd.hold(new_buyer(), (seat,))
    return max(await maps.heard("assento_liberado", seat)) - hold.until


EXPIRY = Row(
    "expiry",
    f"From the end of a hold to the last of {BROWSERS} maps at two gateways",
    "200 holds that end 30 ms apart. The promise is 1.5 s.",
    (
        *time_figures("with", "with the listener", PROMISED_MS),
        *time_figures("without", "without it", PROMISED_MS),
    ),
    _stage,
    rounds=1,
)
