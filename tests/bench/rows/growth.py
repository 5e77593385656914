"""Whether a hold costs more where there is more: of sessions, of seats in the hall, of seats
that are sold."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import islice

from redis import Redis

from tests.bench import big_room
from tests.bench.buyers import Counter, Order, counter, in_groups, sell
from tests.bench.meter import cost_of
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.stage import ONE_ADDRESS, BoxOffice, box_office
from tests.support.waiting import eventually

IN_FLIGHT = 64
HOLDS = 1_000
SESSIONS = 5_000
SOLD = 1_000_000
REWRITE_SECONDS = 120
GROUP = 100  # seats an order, so that a million are sold in minutes


@dataclass(frozen=True)
class Place:
    """A server, and orders for free seats there."""

    office: BoxOffice
    counter: Counter
    orders: Iterator[Order]

    async def cost(self, holds: int) -> float:
        """CPU of a hold, in microseconds of booking and of Redis together."""
        calls = self.counter.holds(islice(self.orders, holds))
        processes = {"booking": self.office.booking, "redis": self.office.redis}
        return sum((await cost_of(calls, IN_FLIGHT, processes)).cpu.values())


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    sold_out = big_room.numbered(scale.of(SOLD) // big_room.SEATS, "V")
    big, small = ["ONE", "TWO"], big_room.numbered(2 * big_room.SEATS // big_room.SMALL_SEATS)
    async with AsyncExitStack() as stack:
        places = {
            "base": await _open(stack, big, big_room.programme(big)),
            "sessions": await _open(
                stack, big, big_room.programme(big, big_room.numbered(SESSIONS))
            ),
            "small": await _open(stack, small, big_room.programme((), small)),
            "sold": await _open(stack, big, big_room.programme([*big, *sold_out])),
        }
        await _sell_out(places["sold"].counter, sold_out)
        await _rewrite_log(places["sold"].office)

        async def one_round() -> Figures:
            costs = {name: await place.cost(scale.of(HOLDS)) for name, place in places.items()}
            return {
                "sessions": costs["sessions"] / costs["base"],
                "seats": costs["base"] / costs["small"],
                "sold": costs["sold"] / costs["base"],
                "base_us": costs["base"],
            }

        yield one_round


async def _open(stack: AsyncExitStack, sessions: list[str], programme: str) -> Place:
    """A server with this programme; the holds are for these sessions."""
    office = stack.enter_context(box_office(programme, **ONE_ADDRESS))
    at = await stack.enter_async_context(counter(office.booking.address))
    seats = await at.seats(sessions[0])
    orders = (Order.of(session, [seat]) for seat in seats for session in sessions)
    return Place(office, at, orders)


async def _sell_out(at: Counter, sessions: list[str]) -> None:
    seats = await at.seats(sessions[0])
    for session in sessions:
        await sell(at, in_groups(session, seats, GROUP))


async def _rewrite_log(office: BoxOffice) -> None:
    """Now, and not while something is measured: so many sales make Redis rewrite its append-only
    file again and again, and a fork costs the holds beside it a fifth.
    """
    with Redis.from_url(office.redis.url) as redis:

        def is_rewritten() -> bool:
            log = redis.info("persistence")
            under_way = log["aof_rewrite_in_progress"] or log["aof_rewrite_scheduled"]
            return not under_way and log["aof_last_bgrewrite_status"] == "ok"

        await eventually(is_rewritten, REWRITE_SECONDS)
        redis.bgrewriteaof()
        await eventually(is_rewritten, REWRITE_SECONDS)


GROWTH = Row(
    "growth",
    "A hold where there is more: CPU of booking and Redis",
    "The same hold at four booking servers in turn: with one session or 5,000, in a hall of 200 "
    "seats or of 3,000, with none or a million sold (a hundred an order).",
    (
        Figure("sessions", "5,000 sessions, in holds of one", 1.15),
        Figure("seats", "3,000 seats in the hall, in holds of 200", 1.15),
        Figure("sold", "1,000,000 seats sold, in holds of none", 1.15),
        Figure("base_us", "a hold of few sessions and none sold", unit="µs"),
    ),
    _stage,
)
