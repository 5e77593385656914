"""Each Lua script through the class that calls it, in a Redis whose clock stands still."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from booking.mail_schedule import MailSchedule
from booking.order import Order, Payer
from booking.orders import OrderBook
from cinema.keys import PartitionKeys, order_key
from cinema.tickets import Category
from tests.state_machine.clocked_redis import ClockedRedis
from tests.support.hall import RULES, Buyer, Hall, patient_client
from tests.support.infra import started

HOLD_MS, CEILING_MS, COOLDOWN_MS = 60_000, 100_000, 10_000
PAYER = Payer("Ana Souza", "***.456.789-**", "ana@example.com")


@pytest.fixture(scope="package")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockedRedis]:
    with started(lambda: ClockedRedis(tmp_path_factory.mktemp("redis"))) as redis:
        yield redis


@pytest.fixture
async def hall(clock: ClockedRedis) -> AsyncIterator[Hall]:
    """In an empty Redis."""
    rules = replace(RULES, hold_ms=HOLD_MS, ceiling_ms=CEILING_MS, cooldown_ms=COOLDOWN_MS)
    async with patient_client(clock.url) as redis:
        await redis.flushall()
        yield Hall(redis, rules)


@dataclass
class Shop:
    """Sells orders, and looks at what Redis has of them."""

    hall: Hall

    def __post_init__(self) -> None:
        self.orders = OrderBook(self.hall.redis)
        self.mails = MailSchedule(self.hall.redis)

    @property
    def keys(self) -> PartitionKeys:
        return self.hall.keys.partition

    async def sell(
        self,
        *seats: str,
        buyer: Buyer | None = None,
        key: str = "",
        payer: Payer = PAYER,
        category: Category = Category.FULL,
        **more: Any,
    ) -> Order:
        buyer = buyer or self.hall.buyer()
        await buyer.hold(*seats)
        answer = await buyer.confirm(*seats, key=key, payer=payer, category=category, **more)
        assert answer.refusal is None
        return await self.order(answer.order_id)

    async def order(self, order_id: str) -> Order:
        order = await self.orders.get(order_id)
        assert order is not None
        return order

    async def fields(self, order: Order, *names: str) -> list[str | None]:
        found: list[str | None] = await self.hall.redis.hmget(order_key(order.id), names)
        return found

    async def due(self, order: Order) -> float | None:
        """When the order's mail is due; None if it is not among those to send."""
        found: float | None = await self.hall.redis.zscore(self.keys.mails, order.id)
        return found

    async def failed(self, order: Order) -> float | None:
        """When its mail failed; None if it is not among those that did."""
        found: float | None = await self.hall.redis.zscore(self.keys.failed_mails, order.id)
        return found

    async def statuses(self) -> list[str]:
        """Of the messages in the outbox."""
        return [message["status"] for message in await self.hall.outbox()]


@pytest.fixture
def shop(hall: Hall) -> Shop:
    return Shop(hall)
