"""What a browser may do with an order: nothing, see it, or also cancel, resend and correct it."""

from enum import Enum
from hmac import compare_digest

from cinema_pb2 import Pedido


class Access(Enum):
    NONE = 0
    VIEW = 1
    MANAGE = 2


def access_of(order: Pedido, token: str, buyer: str) -> Access:
    """By the token of the link, and by the buyer of the cookie ('': none that we have signed).

    An order from before there were tokens is opened by its id, as its mail said. A token that is not the order's
    opens nothing, whoever has it.
    """
    is_buyer = bool(buyer) and _same(buyer, order.usuario_id)
    may_see, may_manage = _same(token, order.link_token), _same(token, order.chave)
    if not order.chave:
        return Access.NONE if token else Access.MANAGE
    if may_manage or (is_buyer and (may_see or not token)):
        return Access.MANAGE
    return Access.VIEW if may_see else Access.NONE


def _same(one: str, other: str) -> bool:
    """In a time that does not tell how much of it is right."""
    return compare_digest(one.encode(), other.encode())
