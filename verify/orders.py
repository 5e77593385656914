"""The invariants of an order: its record, its seats and its key."""

from collections.abc import Iterator, Sequence

import orjson

from booking.order import Order
from booking.order_record import from_record
from booking.seat_records import parse_sale
from cinema.keys import (
    is_order_id,
    order_key,
    partition_of,
    partition_of_order,
    session_keys,
)
from cinema.redis_connection import RedisClient
from verify.findings import Check, Fault, Look
from verify.reading import ask
from verify.session_state import UNREADABLE

Fields = dict[str, str]


class OrderCheck:
    """A unit is an order's id. An order that is removed meanwhile is none."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def look(self, units: Sequence[str]) -> Look:
        look, found = Look(), dict[str, tuple[Order, Fields]]()
        whole = [order_id for order_id in units if is_order_id(order_id)]
        hashes = await ask(self._redis, [("hgetall", order_key(order_id)) for order_id in whole])
        for order_id, fields in zip(whole, hashes, strict=True):
            try:
                if fields:
                    found[order_id] = from_record(order_id, fields), fields
            except UNREADABLE:
                look.faults.add(_fault(order_id, "cannot be read"))
        for order_id in set(units) - set(whole):
            look.faults.add(Fault(Check.ORDERS, order_id, "", f"no order has the id {order_id}"))
        for order, _ in found.values():
            if partition_of(order.session_id) != partition_of_order(order.id):
                look.faults.add(_fault(order.id, f"is not in session {order.session_id}'s place"))
        orders = [order for order, _ in found.values()]
        look.faults.update(await self._seats(orders))
        look.faults.update(await self._keys(list(found.values())))
        look.checked[Check.ORDERS] = len(found)
        return look

    async def _seats(self, orders: Sequence[Order]) -> list[Fault]:
        """Each seat that an order lists is sold to it; a cancelled order's seats are not."""
        pairs = [(order, seat) for order in orders for seat in order.seats]
        sales = await ask(
            self._redis,
            [("hget", session_keys(order.session_id).sold, seat) for order, seat in pairs],
        )
        return [
            _fault(order.id, _problem_of_seat(order, seat, sold_to), seat)
            for (order, seat), text in zip(pairs, sales, strict=True)
            if ((sold_to := _order_of(order.session_id, text)) == order.id) == order.cancelled
        ]

    async def _keys(self, found: Sequence[tuple[Order, Fields]]) -> Iterator[Fault]:
        """A repeated payment finds its order by its key."""
        keyed = [(order, fields["key"]) for order, fields in found if fields.get("key")]
        commands = [
            ("hmget", session_keys(order.session_id).order_keys, key, _field_of_before(order, key))
            for order, key in keyed
        ]
        replies = await ask(self._redis, commands)
        return (
            _fault(order.id, f"is not found by its key in {place}", "key")
            for (order, _), (_, place, *_), (today, before) in zip(
                keyed, commands, replies, strict=True
            )
            if order.id[3:] not in (today or "") and order.id not in (before or "")
        )


def _fault(order_id: str, problem: str, about: str = "") -> Fault:
    return Fault(Check.ORDERS, order_id, about, f"order {order_key(order_id)} {problem}")


def _order_of(session: str, sale: str | None) -> str:
    """The order that a seat is sold to; empty: none."""
    try:
        return parse_sale(session, sale).order if sale else ""
    except UNREADABLE:
        return ""


def _problem_of_seat(order: Order, seat: str, sold_to: str) -> str:
    place = session_keys(order.session_id).sold
    if order.cancelled:
        return f"is cancelled, but seat {seat} is sold to it in {place}"
    return f"lists seat {seat}, which is sold to {sold_to or 'nobody'} in {place}"


def _field_of_before(order: Order, key: str) -> str:
    """An earlier version's field of order keys, as its script wrote it."""
    return orjson.dumps([order.buyer, key]).decode().replace("/", "\\/")
