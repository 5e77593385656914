"""What becomes of one notification."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """It has had its effect; it need not come again."""


@dataclass(frozen=True)
class Dead:
    """It can have no effect as things are: it goes to the dead letters, for people to look at and to replay."""

    reason: str


@dataclass(frozen=True)
class Later:
    """It has not had its effect yet: it must come again, and what stands behind it waits."""

    reason: str


DeliveryResult = Done | Dead | Later
