"""What a buyer has bought: found by the accounts that sessions keep, and by whose the sold seats are.

Nothing lists a buyer's orders, so nothing has to be kept in step: to ask costs a script for each partition of the
programme, and one read more for each session in which the buyer has bought.
"""

import asyncio
from collections import defaultdict

from booking.order import Order
from booking.orders import OrderBook
from booking.programme import Session
from booking.programme.file import ProgrammeFile
from booking.seat_records import parse_sale
from cinema.identity import owner_tag
from cinema.keys import partition_of, session_keys
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
        self._redis = redis
        self._seats = seats
        self._programme = programme
        self._orders = OrderBook(redis)
        self._count_bought = script_at(redis, script_text("count_bought"))

    async def of(self, buyer: str) -> list[Order]:
        """By the session's start, the first MOST_ORDERS: none that was given back, or whose session was dropped."""
        order_ids: list[str] = []
        for session in await self._sessions_of(buyer):
            order_ids += await self._order_ids(session, buyer)
            if len(order_ids) >= MOST_ORDERS:
                break
        found = await self._orders.get_all(order_ids[:MOST_ORDERS])
        return [order for order in found if order and not order.cancelled]

    async def _sessions_of(self, buyer: str) -> list[Session]:
        """Those in which the buyer has bought, by their start."""
        partitions: defaultdict[int, list[Session]] = defaultdict(list)
        for session in self._programme.current.sessions.values():
            partitions[partition_of(session.id)].append(session)
        asked = (self._bought_in(sessions, buyer) for sessions in partitions.values())
        found = [session for sessions in await asyncio.gather(*asked) for session in sessions]
        return sorted(found, key=lambda session: session.starts_at_ms)

    async def _bought_in(self, sessions: list[Session], buyer: str) -> list[Session]:
        """Of sessions of one partition."""
        keys = [session_keys(session.id).buyers for session in sessions]
        counts = await self._count_bought(keys=keys, args=[buyer])
        return [session for session, count in zip(sessions, counts, strict=True) if count]

    async def _order_ids(self, session: Session, buyer: str) -> list[str]:
        seat_map = await self._seats.snapshot(session.id)
        seats = sorted(seat_map.sold_to(owner_tag(session.id, buyer)))
        if not seats:
            return []
        sold = session_keys(session.id).sold
        sales = await nodes_of(self._redis).send(packed("HMGET", sold, *seats), sold)
        return list(dict.fromkeys(parse_sale(session.id, sale).order for sale in sales if sale))
