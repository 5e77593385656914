"""Which orders a browser may see, and which it may change: by the token in a link, or by the
buyer's cookie."""

import time
from enum import Enum
from hmac import compare_digest

from cinema.order_link import Reference
from cinema_pb2 import Pedido
from gateway.booking_client import BookingClient
from gateway.booking_faults import Malformed, NotFound
from gateway.http_json import Json, order_json, own_orders_json
from gateway.messages import LONGEST_ID
from gateway.problems import UNKNOWN_ORDER, VIEW_ONLY, Refused


class Access(Enum):
    NONE = 0
    VIEW = 1
    MANAGE = 2  # also cancel, resend and correct


class OrderAccess:
    """Reads orders from booking. Raises BookingDown, and Refused for an order that does not exist
    or is not theirs.

    `reference` is how a link names an order, `buyer` comes from the cookie ('': no cookie that we
    have signed).
    """

    def __init__(self, booking: BookingClient) -> None:
        self._booking = booking

    async def json(self, reference: str, buyer: str, deadline: float | None = None) -> Json:
        """`deadline` in seconds; by default booking's."""
        order, access = await self._open(reference, buyer, deadline)
        return order_json(order, is_managed=access is Access.MANAGE, now=time.time())

    async def own_json(self, buyer: str) -> Json:
        """The buyer's orders in short."""
        return own_orders_json(await self._booking.orders_of(buyer), time.time())

    async def visible(self, reference: str, buyer: str) -> Pedido:
        order, _ = await self._open(reference, buyer)
        return order

    async def managed(self, reference: str, buyer: str) -> Pedido:
        """Raises Refused with VIEW_ONLY where the order may only be seen."""
        order, access = await self._open(reference, buyer)
        if access is not Access.MANAGE:
            raise Refused(VIEW_ONLY)
        return order

    async def _open(
        self, reference: str, buyer: str, deadline: float | None = None
    ) -> tuple[Pedido, Access]:
        """An order that may not be seen is answered like one that does not exist."""
        if len(reference) > LONGEST_ID:
            raise Refused(UNKNOWN_ORDER)
        named = Reference.parse(reference)
        try:
            order = await self._booking.order(named.order_id, deadline)
        except (Malformed, NotFound):
            raise Refused(UNKNOWN_ORDER) from None
        access = access_of(order, named.token, buyer)
        if access is Access.NONE:
            raise Refused(UNKNOWN_ORDER)
        return order, access


def access_of(order: Pedido, token: str, buyer: str) -> Access:
    """By the link's token and the cookie's buyer.

    An order from before there were tokens is opened by its id, as its mail said. A token that is
    not the order's opens nothing, not even for its buyer.
    """
    is_buyer = bool(buyer) and _same(buyer, order.usuario_id)
    may_see, may_manage = _same(token, order.link_token), _same(token, order.chave)
    if not order.chave:
        return Access.NONE if token else Access.MANAGE
    if may_manage or (is_buyer and (may_see or not token)):
        return Access.MANAGE
    return Access.VIEW if may_see else Access.NONE


def _same(one: str, other: str) -> bool:
    """In constant time."""
    return compare_digest(one.encode(), other.encode())
