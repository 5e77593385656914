"""A buyer's orders, found by the accounts that sessions keep, and by the owner tags of their sold
seats.

No list of a buyer's orders exists, so nothing can drift from it. A question costs one script for
each partition of the programme, and one more read for each session in which the buyer has bought.
"""

import asyncio
from collections import defaultdict
from typing import Any

from booking.order import Order
from booking.orders import OrderBook
from booking.programme.file import ProgrammeFile
from booking.seat_records import parse_sale
from cinema.identity import owner_tag
from cinema.keys import dropped_sessions_key, partition_of, session_keys
from cinema.lua_scripts import script_text
from cinema.redis_connection import RedisClient, nodes_of, script_at
from cinema.redis_scripts import packed
from seat_state_service import SeatStateService

MOST_ORDERS = 50


class BuyerOrders:
    """Raises what redis-py raises."""

    def __init__(
        self, redis: RedisClient, seats: SeatStateService, programme: ProgrammeFile
    ) -> None:
        self._redis: Any = redis  # every reply's type is a union over both protocols
        self._seats = seats
        self._programme = programme
        self._orders = OrderBook(redis)
        self._count_bought = script_at(redis, script_text("count_bought"))

    async def of(self, buyer: str) -> list[Order]:
        """By the session's time, the first MOST_ORDERS, without those that were given back."""
        order_ids: list[str] = []
        for session_id in await self._sessions_of(buyer):
            order_ids += await self._order_ids(session_id, buyer)
            if len(order_ids) >= MOST_ORDERS:
                break
        found = await self._orders.get_all(order_ids[:MOST_ORDERS])
        return [order for order in found if order and not order.cancelled]

    async def _sessions_of(self, buyer: str) -> list[str]:
        """The sessions in which the buyer has bought, by their start."""
        times = await self._times()
        partitions: defaultdict[int, list[str]] = defaultdict(list)
        for session_id in times:
            partitions[partition_of(session_id)].append(session_id)
        asked = (self._bought_in(sessions, buyer) for sessions in partitions.values())
        found = [session_id for sessions in await asyncio.gather(*asked) for session_id in sessions]
        return sorted(found, key=times.__getitem__)

    async def _times(self) -> dict[str, int]:
        """In ms: when the programme's sessions begin, and when those end that it has dropped."""
        dropped = await self._redis.zrange(dropped_sessions_key(), 0, -1, withscores=True)
        ended = {name: int(ends) for name, ends in dropped}
        sessions = self._programme.current.sessions.values()
        return ended | {session.id: session.starts_at_ms for session in sessions}

    async def _bought_in(self, sessions: list[str], buyer: str) -> list[str]:
        """Of sessions of one partition."""
        keys = [session_keys(session_id).buyers for session_id in sessions]
        counts = await self._count_bought(keys=keys, args=[buyer])
        return [session_id for session_id, count in zip(sessions, counts, strict=True) if count]

    async def _order_ids(self, session_id: str, buyer: str) -> list[str]:
        snapshot = await self._seats.snapshot(session_id)
        seats = sorted(snapshot.sold_to(owner_tag(session_id, buyer)))
        if not seats:
            return []
        sold = session_keys(session_id).sold
        sales = await nodes_of(self._redis).send(packed("HMGET", sold, *seats), sold)
        return list(dict.fromkeys(parse_sale(session_id, sale).order for sale in sales if sale))
