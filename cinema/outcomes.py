"""What is asked of the seats' state, and what comes of it: outcomes are values, faults are exceptions."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cinema.refusals import Refusal


@dataclass(frozen=True)
class HoldRules:
    """Times in milliseconds, a limit in seats."""

    hold_ms: int
    ceiling_ms: int
    cooldown_ms: int
    most_seats: int


@dataclass(frozen=True)
class Answer:
    """What became of a request. `failed` are the seats that caused a refusal."""

    refusal: Refusal | None = None
    failed: tuple[str, ...] = ()
    token: str = ""
    remaining_ms: int = 0
    order_id: str = ""


@dataclass(frozen=True)
class Payer:
    """Who pays, as far as it is kept: the CPF as a mask only. All empty for the original's clients."""

    name: str = ""
    masked_cpf: str = ""
    email: str = ""


@dataclass(frozen=True)
class Purchase:
    """What a confirmation is about.

    `key` makes it idempotent; `total` in centavos; `starts_at`, the session's, in Unix ms.
    """

    seats: tuple[str, ...]
    token: str = ""
    key: str = ""
    payer: Payer = Payer()
    total: int = 0
    starts_at: int = 0

    def fingerprint(self) -> str:
        """Equal for equal bodies; kept beside the order key."""
        body = [sorted(self.seats), self.payer.name, self.payer.masked_cpf, self.payer.email]
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()


class MailState(StrEnum):
    """What became of an order's mail."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True)
class Order:
    """A sale, as the buyer may see it.

    `created_at` by Redis' clock and `starts_at`, the session's as it was sold, in Unix ms; `total` in centavos.
    """

    id: str
    session_id: str
    seats: tuple[str, ...]
    buyer: str
    payer: Payer
    total: int
    starts_at: int
    created_at: int
    cancelled: bool
    mail: MailState
    mail_reason: str


@dataclass(frozen=True)
class SeatHeld:
    remaining_ms: int
    tag: str


@dataclass(frozen=True)
class SeatSold:
    tag: str


@dataclass(frozen=True)
class SeatMap:
    """Every seat of a session that is not free, at one version."""

    version: int
    seats: Mapping[str, SeatHeld | SeatSold]

    def held_by(self, tag: str) -> tuple[str, ...]:
        """The seats that the buyer with this owner tag holds."""
        return tuple(
            seat
            for seat, state in self.seats.items()
            if isinstance(state, SeatHeld) and state.tag == tag
        )
