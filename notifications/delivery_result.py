"""The result of delivering one notification."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """It had its effect."""


@dataclass(frozen=True)
class Dead:
    """It cannot have its effect: it goes to the dead letters, which an operator can replay."""

    reason: str


@dataclass(frozen=True)
class Later:
    """It has not had its effect yet: it is delivered again, and those behind it wait."""

    reason: str


DeliveryResult = Done | Dead | Later
