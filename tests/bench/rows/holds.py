"""A hold and a sale over gRPC, 64 in flight, each by another buyer: beside a bare echo and the
naive design."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import islice

from tests.bench import big_room, yardsticks
from tests.bench.buyers import Counter, Order, counter
from tests.bench.meter import Cost, cost_of
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.stage import box_office, folder
from tests.support.backends import RedisServer
from tests.support.processes import LocalProcess

IN_FLIGHT = 64
HOLDS = 4_000
SALES = 2_000
WARM_UP = 300
SESSIONS = 24


@dataclass(frozen=True)
class Shop:
    """A server, the processes behind it, and orders for seats that nobody has."""

    counter: Counter
    processes: Mapping[str, LocalProcess]
    orders: Iterator[Order]

    def next(self, count: int) -> list[Order]:
        return list(islice(self.orders, count))

    async def hold(self, orders: list[Order]) -> Cost:
        return await cost_of(self.counter.holds(orders), IN_FLIGHT, self.processes)

    async def pay(self, orders: list[Order]) -> Cost:
        return await cost_of(self.counter.payments(orders), IN_FLIGHT, self.processes)


@dataclass(frozen=True)
class Shops:
    ours: Shop
    echo: Shop
    naive: Shop


@asynccontextmanager
async def shops() -> AsyncIterator[Shops]:
    """All three, warm."""
    async with AsyncExitStack() as stack:
        place = stack.enter_context(folder())
        sessions = big_room.numbered(SESSIONS)
        office = stack.enter_context(box_office(big_room.programme(sessions)))
        redis = stack.enter_context(RedisServer(place / "redis"))
        echo = stack.enter_context(yardsticks.echo(place))
        naive = stack.enter_context(yardsticks.naive_booking(place, redis.url))

        async def shop(address: str, **processes: LocalProcess) -> Shop:
            at = await stack.enter_async_context(counter(address))
            # A seat each, of all sessions in turn, as a crowd's orders come.
            orders = (Order.of(session, [seat]) for seat in seats for session in sessions)
            opened = Shop(at, processes, orders)
            await opened.hold(opened.next(WARM_UP))
            return opened

        async with counter(office.booking.address) as at:
            seats = await at.seats(sessions[0])
        yield Shops(
            await shop(office.booking.address, booking=office.booking, redis=office.redis),
            await shop(echo.address, echo=echo),
            await shop(naive.address, naive=naive, redis=redis),
        )


@asynccontextmanager
async def _hold_stage(scale: Scale) -> AsyncIterator[Round]:
    async with shops() as all_:

        async def one_round() -> Figures:
            count = scale.of(HOLDS)
            echo = await all_.echo.hold(all_.echo.next(count))
            ours = await all_.ours.hold(all_.ours.next(count))
            naive = await all_.naive.hold(all_.naive.next(count))
            return {
                "cpu": ours.cpu["booking"] / echo.cpu["echo"],
                "rate": ours.rate / echo.rate,
                "rate_naive": ours.rate / naive.rate,
                "p99": ours.quantile_ms(0.99) / echo.quantile_ms(0.99),
                "booking_us": ours.cpu["booking"],
                "redis_us": ours.cpu["redis"],
                "echo_us": echo.cpu["echo"],
                "naive_us": naive.cpu["naive"],
                "holds_a_second": ours.rate,
                "p99_ms": ours.quantile_ms(0.99),
            }

        yield one_round


@asynccontextmanager
async def _sale_stage(scale: Scale) -> AsyncIterator[Round]:
    async with shops() as all_:

        async def one_round() -> Figures:
            count = scale.of(SALES)
            echo = await all_.echo.hold(all_.echo.next(count))
            orders, naive_orders = all_.ours.next(count), all_.naive.next(count)
            hold = await all_.ours.hold(orders)
            sale = await all_.ours.pay(orders)
            await all_.naive.hold(naive_orders)
            naive = await all_.naive.pay(naive_orders)
            return {
                "cpu_hold": sale.cpu["booking"] / hold.cpu["booking"],
                "cpu": sale.cpu["booking"] / echo.cpu["echo"],
                "rate_naive": sale.rate / naive.rate,
                "booking_us": sale.cpu["booking"],
                "redis_us": sale.cpu["redis"],
                "sales_a_second": sale.rate,
                "p99_ms": sale.quantile_ms(0.99),
            }

        yield one_round


HOLD = Row(
    "hold",
    "Hold, unary, 64 in flight",
    "One seat for a buyer of its own in each request, through one channel. Beside it a bare "
    "`grpc.aio` echo on uvloop that answers as much (`echo.py`), and the naive server: a pool of "
    "threads, and one `SET NX EX` of redis-py a hold (`baseline_booking.py`).",
    (
        Figure("cpu", "CPU of booking, in echoes", 1.5, guarded=True),
        Figure("rate", "rate, of the echo's", 0.55, better="more"),
        Figure("rate_naive", "rate, of the naive server's", 2.5, better="more"),
        Figure("p99", "p99, of the echo's", 2),
        Figure("booking_us", "CPU of booking", unit="µs"),
        Figure("redis_us", "CPU of its Redis", unit="µs"),
        Figure("echo_us", "CPU of the echo", unit="µs"),
        Figure("naive_us", "CPU of the naive server", unit="µs"),
        Figure("holds_a_second", "holds a second", better="more"),
        Figure("p99_ms", "p99", unit="ms"),
    ),
    _hold_stage,
)

SALE = Row(
    "sale",
    "Sale, 64 in flight",
    "The same seats paid for, with name, CPF and e-mail. The naive server's sale is a `GET` and "
    "a `SET`, without an order.",
    (
        Figure("cpu_hold", "CPU of booking, in holds", 1.5),
        Figure("cpu", "CPU of booking, in echoes", guarded=True),
        Figure("rate_naive", "rate, of the naive server's", better="more"),
        Figure("booking_us", "CPU of booking", unit="µs"),
        Figure("redis_us", "CPU of its Redis", unit="µs"),
        Figure("sales_a_second", "sales a second", better="more"),
        Figure("p99_ms", "p99", unit="ms"),
    ),
    _sale_stage,
)
