"""How long a hold takes to reach every open map.

    python -m tests.bench.live

Two gateways behind two booking servers; half of the maps at each. Measured from the moment at which the buyer asks.
"""

import argparse
import asyncio
import time

import grpc

from tests.bench import report
from tests.bench.maps import Maps, open_maps
from tests.bench.stage import whole_system
from tests.client_load import Crowd, free_seats, new_buyer

SESSION = "S001"
CALL_SECONDS = 5
PAUSE_SECONDS = 0.05


async def measure(browsers: int, holds: int) -> None:
    with whole_system() as system:
        async with (
            grpc.aio.insecure_channel(system.bookings[0].address) as channel,
            open_maps(system.gateways, SESSION, browsers) as maps,
        ):
            crowd = Crowd(channel, SESSION, CALL_SECONDS)
            seats = free_seats(await crowd.seat_map())
            answered, told = [], []
            for n in range(holds):
                seconds, delays = await _hold(crowd, maps, seats[n % len(seats)])
                answered.append(seconds)
                told.append(delays)
    report.show(
        f"From a hold to {browsers} open maps at two gateways",
        [
            ("the buyer has the answer", report.spread(answered)),
            ("a map shows it", report.spread([when for times in told for when in times])),
            ("the last map shows it", report.spread([max(times) for times in told])),
        ],
    )


async def _hold(crowd: Crowd, maps: Maps, seat: str) -> tuple[float, list[float]]:
    """How long the answer took, and each map. The seat is free again after."""
    begin = time.monotonic()
    hold = await crowd.hold(new_buyer(), (seat,))
    times = await maps.heard("assento_bloqueado", seat)
    await crowd.release(hold)
    await maps.heard("assento_liberado", seat)
    await asyncio.sleep(PAUSE_SECONDS)
    return hold.seconds, [when - begin for when in times]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browsers", type=int, default=100)
    parser.add_argument("--holds", type=int, default=200)
    args = parser.parse_args()
    asyncio.run(measure(args.browsers, args.holds))


if __name__ == "__main__":
    main()
