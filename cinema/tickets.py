"""Categories of tickets, their price, and how many half-price tickets a session has.

Sources: Lei 12.933/2013 and Decreto 8.537/2015 (students, low-income youth, disabled people and
their companions: half; at least 40% of the tickets are theirs); Lei 10.741/2003 (people of 60 or
more: half, outside that quota). Proof is asked for at the door.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_SEATS_A_BUYER = 100
DEAREST_SEAT = 10_000_000  # centavos
DEAREST_BASKET = MOST_SEATS_A_BUYER * DEAREST_SEAT

_QUOTA_PERCENT = 40


class Category(StrEnum):
    FULL = "inteira"
    STUDENT = "meia_estudante"
    LOW_INCOME_YOUTH = "meia_id_jovem"
    DISABLED = "meia_pcd"
    COMPANION = "meia_acompanhante"
    SENIOR = "meia_idoso"


_OUTSIDE_QUOTA = frozenset({Category.FULL, Category.SENIOR})


@dataclass(frozen=True)
class Ticket:
    """One seat at one price, in centavos."""

    seat: str
    category: Category
    price: int


def price_of(category: Category, full_price: int) -> int:
    """In centavos. Half of an odd price is rounded down: never more than half."""
    return full_price if category is Category.FULL else full_price // 2


def half_price_quota(seats_for_sale: int) -> int:
    """How many of a session's tickets are sold at half price.

    The law's share is a minimum: round up.
    """
    return math.ceil(seats_for_sale * _QUOTA_PERCENT / 100)


def quota_needed(tickets: Iterable[Ticket]) -> int:
    """How many of these count against the quota."""
    return sum(ticket.category not in _OUTSIDE_QUOTA for ticket in tickets)
