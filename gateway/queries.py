"""What pages and API read of orders from booking, as the API's JSON."""

import time

from cinema.order_link import Reference
from cinema_pb2 import Pedido
from gateway.booking import BookingClient
from gateway.booking_faults import Malformed, NotFound
from gateway.http_json import Json, order_json, own_orders_json
from gateway.order_access import Access, access_of
from gateway.problems import UNKNOWN_ORDER, VIEW_ONLY, Refused

LONGEST_ID = 64


class Queries:
    """Each raises BookingDown, and Refused for what does not exist; `deadline` in seconds."""

    def __init__(self, booking: BookingClient, deadline: float | None = None) -> None:
        self._booking = booking
        self._deadline = deadline

    async def order(self, reference: str, buyer: str) -> Json:
        order, access = await self._open(reference, buyer)
        return order_json(order, access, time.time())

    async def own_orders(self, buyer: str) -> Json:
        return own_orders_json(await self._booking.orders_of(buyer), time.time())

    async def visible_order(self, reference: str, buyer: str) -> Pedido:
        order, _ = await self._open(reference, buyer)
        return order

    async def managed_order(self, reference: str, buyer: str) -> Pedido:
        """The order, for who may also change it. Raises Refused, with VIEW_ONLY for who may see it."""
        order, access = await self._open(reference, buyer)
        if access is not Access.MANAGE:
            raise Refused(VIEW_ONLY)
        return order

    async def _open(self, reference: str, buyer: str) -> tuple[Pedido, Access]:
        """An order that may not be seen is answered like one that does not exist."""
        if len(reference) > LONGEST_ID:
            raise Refused(UNKNOWN_ORDER)
        named = Reference.parse(reference)
        try:
            order = await self._booking.order(named.order_id, self._deadline)
        except (Malformed, NotFound):
            raise Refused(UNKNOWN_ORDER) from None
        access = access_of(order, named.token, buyer)
        if access is Access.NONE:
            raise Refused(UNKNOWN_ORDER)
        return order, access
