"""Whether a purchase is slower while Kafka is away: it must not be, since a sale never waits for it.

python -m tests.bench.kafka_down
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc

from cinema_pb2_grpc import ReservaStub
from tests.bench import report
from tests.bench.sales import Sale, sell
from tests.bench.stage import whole_system
from tests.client_load import Crowd, free_seats
from tests.system import System

SESSIONS = ("S001", "S002", "S003", "S004", "S005")
CALL_SECONDS = 5


async def measure(purchases: int) -> None:
    with whole_system(kafka=True) as system:
        assert system.kafka
        async with _shop(system) as (stub, seats):
            before = await _buy(stub, seats, purchases)
            system.kafka.kill()
            away = await _buy(stub, seats, purchases)
            await asyncio.to_thread(system.kafka.start)
            after = await _buy(stub, seats, purchases)
            mails = await asyncio.to_thread(system.mailbox.wait_for, 3 * purchases, 120)
    report.show(
        "A purchase while Kafka is there and while it is away",
        [
            ("Kafka is there", report.spread([sale.seconds for sale in before])),
            ("Kafka was killed", report.spread([sale.seconds for sale in away])),
            ("Kafka is back", report.spread([sale.seconds for sale in after])),
            ("mails in the end", f"{len(mails)} of {3 * purchases}"),
        ],
    )


@asynccontextmanager
async def _shop(system: System) -> AsyncIterator[tuple[Any, list[tuple[str, str]]]]:
    """A stub, and free seats of several sessions."""
    async with grpc.aio.insecure_channel(system.bookings[0].address) as channel:
        seats = [
            (session, seat)
            for session in SESSIONS
            for seat in free_seats(await Crowd(channel, session, CALL_SECONDS).seat_map())
        ]
        yield ReservaStub(channel), seats


async def _buy(stub: Any, seats: list[tuple[str, str]], number: int) -> list[Sale]:
    return [await sell(stub, *seats.pop()) for _ in range(number)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--purchases", type=int, default=300)
    asyncio.run(measure(parser.parse_args().purchases))


if __name__ == "__main__":
    main()
