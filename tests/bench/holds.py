"""How many holds a second one booking server grants on durable Redis: tests/client.py's crowd in a hall of 3,000 seats.

python -m tests.bench.holds
"""

import argparse
import asyncio
from functools import partial

import grpc

from tests.bench import big_room, report
from tests.bench.stage import one_of_each
from tests.client_campaign import Campaign, Rules
from tests.client_load import Call, Crowd, Outcome, draw_groups, free_seats

CALL_SECONDS = 10
SIZES = range(1, 7)


async def measure(buyers: int, rounds: int) -> None:
    draw = partial(draw_groups, buyers, SIZES)
    rules = Rules(draw, rounds, confirm=0.5, keep=False, seed=1)
    with one_of_each(big_room.programme()) as (booking, _):
        async with grpc.aio.insecure_channel(booking.address) as channel:
            crowd = Crowd(channel, big_room.SESSION, CALL_SECONDS)
            campaign = Campaign(crowd, rules)
            await campaign.run(free_seats(await crowd.seat_map()), lambda _: None)
    report.show(
        f"{buyers} buyers at once, each wanting 1 to 6 of 3,000 seats, {rounds} times",
        [
            *_figures(campaign, Call.HOLD, "holds"),
            *_figures(campaign, Call.CONFIRM, "sales"),
            ("contradictions with the map", str(len(campaign.faults))),
        ],
    )


def _figures(campaign: Campaign, call: Call, name: str) -> list[tuple[str, str]]:
    attempts = [attempt for attempt in campaign.attempts if attempt.call is call]
    won = sum(attempt.outcome is Outcome.WON for attempt in attempts)
    rate = len(attempts) / campaign.seconds[call]
    return [
        (f"{name} a second", f"{rate:,.0f} ({won:,} of {len(attempts):,} granted)"),
        (f"{name} answered within", report.spread([attempt.seconds for attempt in attempts])),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buyers", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    asyncio.run(measure(args.buyers, args.rounds))


if __name__ == "__main__":
    main()
