"""Whether a purchase is slower while Kafka is away: it must not be, since a sale never waits for
it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice

from tests.bench.buyers import Counter, Order, counter
from tests.bench.meter import drive
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.stage import whole_system
from tests.bench.times import time_figures, times

SESSIONS = ("S001", "S002", "S003", "S004", "S005")
PURCHASES = 300
MAIL_SECONDS = 120


@asynccontextmanager
async def _stage(scale: Scale) -> AsyncIterator[Round]:
    with whole_system(kafka=True) as system:
        assert system.kafka
        kafka, purchases = system.kafka, scale.of(PURCHASES)
        async with counter(system.bookings[0].address) as at:
            orders = iter([Order.of(s, [seat]) for s in SESSIONS for seat in await at.seats(s)])

            async def one_round() -> Figures:
                before = await _buy(at, list(islice(orders, purchases)))
                kafka.kill()
                away = await _buy(at, list(islice(orders, purchases)))
                await asyncio.to_thread(kafka.start)
                after = await _buy(at, list(islice(orders, purchases)))
                wanted = 3 * purchases
                mails = await asyncio.to_thread(system.mailbox.wait_for, wanted, MAIL_SECONDS)
                figures = times("before", before) | times("away", away) | times("after", after)
                return figures | {"mails": len(mails) / wanted}

            yield one_round


async def _buy(at: Counter, orders: list[Order]) -> list[float]:
    """One purchase after the other; how long each took, without its hold."""
    await drive(at.holds(orders), in_flight=1)
    return await drive(at.payments(orders), in_flight=1)


KAFKA_DOWN = Row(
    "kafka_down",
    "A purchase while Kafka is there, is away, and is back",
    "300 purchases one after the other each time. A sale does not wait for Kafka, so it must not "
    "be slower without.",
    (
        *time_figures("before", "Kafka is there"),
        *time_figures("away", "Kafka was killed"),
        *time_figures("after", "Kafka is back"),
        Figure("mails", "mails in the end, of the purchases", 1, better="more"),
    ),
    _stage,
    rounds=1,
)
