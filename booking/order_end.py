"""The end of an order in three steps: the session's data, the personal data, the order itself.

Each step is one Lua script that checks and then writes, so several booking servers may run it at
the same time.
"""

from booking.order import Order
from booking.order_upgrade import OrderUpgrade
from cinema.keys import EVENTS_KEPT, order_key, session_keys
from cinema.lua_scripts import script_text
from cinema.notification import Status, outbox_message
from cinema.redis_connection import RedisClient
from cinema.tickets import quota_needed


class OrderEnd:
    """Raises what redis-py raises."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._upgrade = OrderUpgrade(redis)
        self._forget = redis.register_script(script_text("forget"))
        self._remove = redis.register_script(script_text("remove_order"))

    async def settle(self, order: Order) -> bool:
        """Deletes its order keys, its part of the buyer's account, and who bought each seat. True
        if this call did it."""
        return await self._run(order, settles=True, erases=False)

    async def erase(self, order: Order) -> bool:
        """Erases name, CPF and e-mail, with any due mail. True if this call did it."""
        await self._upgrade.run(order.id)
        return await self._run(order, settles=False, erases=True)

    async def remove(self, order: Order, erased_by_ms: int) -> bool:
        """Deletes the order and its sales, if its personal data was erased by then, by Redis'
        clock."""
        keys = session_keys(order.session_id)
        code: int = await self._remove(
            keys=[
                *(order_key(order.id), keys.version, keys.sold, keys.half_price),
                keys.partition.events,
            ],
            args=[
                *(order.session_id, order.id, quota_needed(order.tickets), erased_by_ms),
                EVENTS_KEPT,
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
