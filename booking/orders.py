"""Orders as Redis has them."""

from pathlib import Path
from typing import Any

from booking.order_record import from_record
from cinema.keys import order_key, partition_keys, partition_of
from cinema.outbox import outbox_message
from cinema.outcomes import MailState, Order
from cinema.redis_connection import RedisClient

_RESEND = Path(__file__).parent.parent / "lua" / "resend.lua"


class OrderBook:
    """Raises `cinema.keys.MalformedOrderId` where an id cannot be one, and what redis-py raises."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._resend = redis.register_script(_RESEND.read_text())

    async def get(self, order_id: str) -> Order | None:
        fields: dict[Any, Any] = await self._redis.hgetall(order_key(order_id))
        return from_record(order_id, fields) if fields else None

    async def resend_mail(self, order: Order) -> None:
        """Puts the mail into the outbox again, unless it is still on its way."""
        outbox = partition_keys(partition_of(order.session_id)).outbox
        message = outbox_message(order.id, order.session_id, order.seats, order.buyer, "REENVIO")
        await self._resend(
            keys=[outbox, order_key(order.id)], args=[message, MailState.PENDING.value]
        )
