"""The limits of a hold: how long it lasts, and how many seats it may have."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HoldRules:
    """Times in milliseconds, limits in seats.

    `most_seats` binds a buyer and a person. A network address may hold the larger of
    `network_seats` and `network_percent` of the room.
    """

    hold_ms: int
    ceiling_ms: int
    cooldown_ms: int
    most_seats: int
    network_seats: int
    network_percent: int

    def most_held_by_network(self, seats_in_room: int) -> int:
        return max(self.network_seats, seats_in_room * self.network_percent // 100)


@dataclass(frozen=True)
class Network:
    """Where a request comes from: a keyed hash of the address, and how many seats it may hold.
    Empty: no limit."""

    tag: str = ""
    most_held: int = 0


ANYWHERE = Network()
