"""What a transition answers: an outcome is a value, a fault is an exception."""

from dataclasses import dataclass, field

from booking.order import OrderTokens
from cinema.refusals import Refusal


@dataclass(frozen=True)
class Answer:
    """What became of a request. `failed` are the seats that caused a refusal."""

    refusal: Refusal | None = None
    failed: tuple[str, ...] = ()
    token: str = ""
    remaining_ms: int = 0
    order_id: str = ""
    # Of the order, where this very request made it.
    tokens: OrderTokens | None = field(default=None, compare=False)
    half_price_left: int = 0


@dataclass(frozen=True)
class Claim:
    """Who has a seat, by a buyer's tag. `since` and `at` in ms by Redis' clock.

    `since` is when the hold counts as begun, which may be when a hold of before began; `at` is when it was made.
    Claims of before these were kept have neither.
    """

    tag: str
    sold: bool
    since: int | None = None
    at: int | None = None
