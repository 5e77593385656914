"""The seats of a session at one version."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeatHeld:
    """`deadline` in ms by Redis' clock."""

    deadline: int
    tag: str


@dataclass(frozen=True, slots=True)
class SeatSold:
    tag: str


class SoldSeats(dict[str, SeatSold]):
    """By seat. Immutable once it is part of a snapshot, so its encoding is cached with it."""

    encoded: bytes | None = None


@dataclass(frozen=True)
class SeatSnapshot:
    """Every seat of a session that is not free, at one version; `at_ms` is the time of reading, by
    Redis' clock."""

    version: int
    held: Mapping[str, SeatHeld]
    sold: SoldSeats
    half_price_sold: int = 0
    at_ms: int = 0

    @property
    def taken(self) -> AbstractSet[str]:
        """The seats that are not free."""
        return self.held.keys() | self.sold.keys()

    def held_by(self, tag: str) -> tuple[str, ...]:
        """The seats that the buyer with this owner tag holds."""
        return tuple(seat for seat, hold in self.held.items() if hold.tag == tag)

    def sold_to(self, tag: str) -> tuple[str, ...]:
        return tuple(seat for seat, sale in self.sold.items() if sale.tag == tag)

    def ms_left(self, hold: SeatHeld) -> int:
        return max(0, hold.deadline - self.at_ms)


@dataclass(frozen=True)
class SeatCount:
    """How many seats of a session are not free, at one version."""

    version: int
    taken: int
    half_price_sold: int
