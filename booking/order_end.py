"""The end of an order: what goes a while after its session, what goes later, and how the order itself goes.

Each step is one Lua script that checks and then writes, so any number of booking servers may take it at once.
"""

from pathlib import Path

from redis.commands.core import AsyncScript

from booking.order import Order
from booking.order_upgrade import OrderUpgrade
from cinema.keys import order_key, session_keys
from cinema.notification import Status, outbox_message
from cinema.redis_connection import RedisClient
from cinema.tickets import quota_needed

_LUA = Path(__file__).parent.parent / "lua"


class OrderEnd:
    """Raises what redis-py raises."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._upgrade = OrderUpgrade(redis)
        self._forget = self._script("forget")
        self._remove = self._script("remove_order")

    def _script(self, name: str) -> AsyncScript:
        script: AsyncScript = self._redis.register_script((_LUA / f"{name}.lua").read_text())
        return script

    async def settle(self, order: Order) -> bool:
        """Its order keys, its part of the buyer's account, and who bought each seat. True if this call did it."""
        return await self._run(order, settles=True, erases=False)

    async def erase(self, order: Order) -> bool:
        """Name, CPF and e-mail, with any mail that is due. True if this call did it."""
        await self._upgrade.run(order.id)
        return await self._run(order, settles=False, erases=True)

    async def remove(self, order: Order, erased_by_ms: int) -> bool:
        """The order and its seats' sales, if its personal data went by then, by Redis' clock."""
        keys = session_keys(order.session_id)
        code: int = await self._remove(
            keys=[
                *(order_key(order.id), keys.version, keys.sold, keys.half_price),
                keys.partition.events,
            ],
            args=[
                *(order.session_id, order.id, quota_needed(order.tickets), erased_by_ms),
                *order.seats,
            ],
        )
        return code == 0

    async def _run(self, order: Order, *, settles: bool, erases: bool) -> bool:
        keys = session_keys(order.session_id)
        message = outbox_message(
            order.id, order.session_id, order.seats, order.buyer, Status.ERASED
        )
        code: int = await self._forget(
            keys=[
                *(order_key(order.id), keys.order_keys, keys.buyers, keys.sold),
                *(keys.partition.mails, keys.partition.failed_mails, keys.partition.outbox),
            ],
            args=[
                *(order.id, order.buyer, int(settles), int(erases), message),
                *order.seats,
            ],
        )
        return code == 0
