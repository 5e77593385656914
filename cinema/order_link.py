"""An order in a URL: its id and, after a dot, one of its tokens.

The id is no secret: Message-ID, calendar, Kafka, ledger and logs carry it. What opens an order is
the token.
"""

from dataclasses import dataclass, field

import cinema_pb2 as pb


@dataclass(frozen=True)
class Reference:
    order_id: str
    token: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Total: any text is the reference of an order, which may not exist."""
        order_id, _, token = text.partition(".")
        return cls(order_id, token)

    def __str__(self) -> str:
        return f"{self.order_id}.{self.token}" if self.token else self.order_id


def view_path(order: pb.Pedido) -> str:
    """Shows the order. The link may be shared."""
    return f"/pedido/{Reference(order.pedido_id, order.link_token)}"


def manage_path(order: pb.Pedido) -> str:
    """Also cancels and corrects it: for the buyer alone. Old orders have one link for both."""
    return f"/pedido/{Reference(order.pedido_id, order.chave)}"
