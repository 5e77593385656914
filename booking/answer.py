"""What a transition answers: an outcome is a value, a fault is an exception."""

from dataclasses import dataclass, field

from booking.order import OrderTokens
from cinema.refusals import Refusal


@dataclass(frozen=True)
class Answer:
    """`failed` are the seats that caused a refusal."""

    refusal: Refusal | None = None
    failed: tuple[str, ...] = ()
    token: str = ""
    remaining_ms: int = 0
    order_id: str = ""
    # Of the order, where this very request made it.
    tokens: OrderTokens | None = field(default=None, compare=False)
    half_price_left: int = 0
