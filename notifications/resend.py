"""An operator's command: the mail of one order, sent again."""

import logging

import cinema_pb2 as pb
from cinema.booking_channel import open_channel
from cinema.keys import is_order_id
from cinema.order_code import is_order_code, order_code
from cinema.retry import brief
from cinema.service import CannotStart
from notifications.booking_orders import BookingOrders, UnknownOrder
from notifications.dependency import DependencyDown, TemporaryFailure
from notifications.settings import DeliverySettings

log = logging.getLogger(__name__)


async def resend_mail(name: str, settings: DeliverySettings) -> None:
    """`name` is an order's code or id. A mail that is on its way already is not sent twice.

    Raises CannotStart, and sends nothing, if there is no such order or no such mail.
    """
    async with open_channel(settings) as channel:
        orders = BookingOrders(channel, settings.booking_deadline_seconds)
        try:
            order = await _order_of(name.strip(), orders)
            log.info("order %s: %s", order_code(order.pedido_id), await _resend(order, orders))
        except (DependencyDown, TemporaryFailure, UnknownOrder) as error:
            raise CannotStart(f"the mail cannot be sent again now: {brief(error)}") from None


async def _order_of(name: str, orders: BookingOrders) -> pb.Pedido:
    """No index leads from a code to its order, so this reads all orders."""
    if not is_order_code(name.upper()) and not is_order_id(name):
        raise CannotStart(f"{name!r} is no order's code, which is eight characters as in 7K4Q9D2M")
    found, cursor, is_last = dict[str, pb.Pedido](), "", False
    while not is_last:
        page, cursor = await orders.page(cursor)
        for order in page:
            if name == order.pedido_id or name.upper() == order_code(order.pedido_id):
                found[order.pedido_id] = order
        is_last = not cursor
    if not found:
        raise CannotStart(f"no order has the code {name}: nothing is sent")
    if len(found) > 1:
        raise CannotStart(f"several orders have the code {name}, name one: {', '.join(found)}")
    return next(iter(found.values()))


async def _resend(order: pb.Pedido, orders: BookingOrders) -> str:
    """What was done. Raises CannotStart."""
    code = order_code(order.pedido_id)
    if order.cancelado:
        raise CannotStart(f"order {code} is cancelled: its ticket is not sent again")
    if not order.email:
        raise CannotStart(f"order {code} has no address: nothing is sent")
    if order.email_estado == pb.EMAIL_PENDENTE:
        return "its mail is on its way already, nothing was done"
    answer = await orders.resend_mail(order.pedido_id)
    if not answer.sucesso:
        raise CannotStart(f"order {code} had too many mails in this hour: nothing is sent")
    return "its mail is sent again"
