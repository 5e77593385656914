"""How long after its deadline a hold is gone from every map, with the listener and without it.

    python -m tests.bench.expiry

The deadline is counted from the moment at which the buyer asked, so the figures are a little too large.
"""

import argparse
import asyncio

import grpc

from tests.bench import report
from tests.bench.maps import Maps, open_maps
from tests.bench.stage import whole_system
from tests.client_load import Crowd, free_seats, new_buyer
from tests.system import System

SESSION = "S001"
BROWSERS = 10
HOLD_SECONDS = 2
CALL_SECONDS = 5
PAUSE_SECONDS = 0.03


async def measure(holds: int) -> None:
    with whole_system(HOLD_SECONDS=str(HOLD_SECONDS), HOLD_COOLDOWN_SECONDS="0") as system:
        with_listener = await _delays(system, holds)
        system.listener.kill()
        without = await _delays(system, holds)
    report.show(
        f"From the end of a hold to the last of {BROWSERS} maps at two gateways",
        [
            ("with the listener", report.spread(with_listener)),
            ("without it", report.spread(without)),
        ],
    )


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--holds", type=int, default=200)
    asyncio.run(measure(parser.parse_args().holds))


if __name__ == "__main__":
    main()
