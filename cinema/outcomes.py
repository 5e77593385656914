"""What is asked of the seats' state, and what comes of it: outcomes are values, faults are exceptions."""

import base64
import hashlib
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from cinema.refusals import Refusal
from cinema.tickets import Ticket


@dataclass(frozen=True)
class HoldRules:
    """Times in milliseconds, limits in seats.

    `most_seats` binds a buyer and a person. A network address may hold the larger of `network_seats` and
    `network_percent` of the room.
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
    """Where a request comes from: a keyed hash of the address, and how many seats it may hold. Empty: no limit."""

    tag: str = ""
    most_held: int = 0


@dataclass(frozen=True)
class MailRules:
    """How many mails within a window: to one mailbox, from one network, and of one order that are asked for again.

    `most_corrections` is how often the address of an order may be corrected in all.
    """

    most_to_mailbox: int
    most_from_network: int
    most_again: int
    most_corrections: int
    window_ms: int = 3_600_000


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


@dataclass(frozen=True)
class Screening:
    """What a ticket is for, as the programme had it when the ticket was sold. `starts_at` in Unix ms.

    Orders from before this was kept have the start alone.
    """

    starts_at: int = 0
    film_id: str = ""
    film: str = ""
    minutes: int = 0
    rating: str = ""
    room: str = ""
    language: str = ""


@dataclass(frozen=True)
class OrderTokens:
    """The secrets of an order's links: `view` shows it, `manage` may also cancel, resend and correct it.

    Both are empty for orders from before there were tokens.
    """

    view: str = field(default="", repr=False)
    manage: str = field(default="", repr=False)


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
class Payer:
    """Who pays, as far as it is kept: the CPF as a mask only. All empty for the original's clients."""

    name: str = ""
    masked_cpf: str = ""
    email: str = ""


class MailState(StrEnum):
    """What became of an order's mail."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    NO_ADDRESS = "no_address"
    WITHHELD = (
        "withheld"  # one too many for its mailbox or network: sent only if it is asked for again
    )


@dataclass(frozen=True)
class Purchase:
    """What a confirmation is about.

    `key` makes it idempotent; `person` is a keyed hash of who pays, empty where the request does not say;
    `closes_at` is when the session's sales end, in Unix ms (0: never); `quota` is how many half-price tickets the
    session has. `veto` refuses a sale that would otherwise be possible, because of the seats `vetoed`.
    """

    tickets: tuple[Ticket, ...]
    token: str = ""
    key: str = ""
    payer: Payer = Payer()
    person: str = ""
    payment_method: str = ""
    language: str = ""
    screening: Screening = Screening()
    closes_at: int = 0
    quota: int = 0
    veto: Refusal | None = None
    vetoed: tuple[str, ...] = ()
    mail_is_withheld: bool = False

    @property
    def first_mail_state(self) -> MailState:
        if not self.payer.email:
            return MailState.NO_ADDRESS
        return MailState.WITHHELD if self.mail_is_withheld else MailState.PENDING

    @cached_property
    def seats(self) -> tuple[str, ...]:
        return tuple(ticket.seat for ticket in self.tickets)

    @property
    def total(self) -> int:
        """In centavos."""
        return sum(ticket.price for ticket in self.tickets)

    @property
    def key_digest(self) -> str:
        """128 bits of it in 22 characters, however long the key is: what is kept of it."""
        digest = hashlib.sha256(self.key.encode()).digest()[:16]
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def fingerprint(self) -> str:
        """Equal for equal bodies; kept beside the order key.

        What may change between two tries of one buyer is left out: how it is paid, and what it costs.
        """
        categories = sorted((ticket.seat, ticket.category) for ticket in self.tickets)
        body = [categories, self.payer.name, self.payer.masked_cpf, self.payer.email]
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()


class MailKind(StrEnum):
    """What an order's mail is about; the values are the contract's. An order has one mail at a time."""

    TICKET = "ingresso"
    CANCELLATION = "cancelamento"


@dataclass(frozen=True)
class GivenBack:
    """A ticket of an order that was cancelled while the order kept others; `at` in Unix ms."""

    ticket: Ticket
    at: int


@dataclass(frozen=True)
class Order:
    """A sale, as the buyer may see it. `tickets` are those that were not given back one by one.

    `created_at` and `cancelled_at` in Unix ms, by Redis' clock; the latter is 0 for an order that is not cancelled, or
    was before the time was kept. `settled`: what the session needed of it is gone. `erased_at` is when its personal
    data went, 0 while they are there.
    """

    id: str
    session_id: str
    tickets: tuple[Ticket, ...]
    buyer: str
    payer: Payer
    payment_method: str
    language: str
    screening: Screening
    tokens: OrderTokens
    created_at: int
    cancelled: bool
    cancelled_at: int
    mail: MailState
    mail_reason: str
    corrections: int = 0  # of the address
    settled: bool = False
    erased_at: int = 0
    given_back: tuple[GivenBack, ...] = ()

    @property
    def seats(self) -> tuple[str, ...]:
        return tuple(ticket.seat for ticket in self.tickets)

    @property
    def total(self) -> int:
        """In centavos."""
        return sum(ticket.price for ticket in self.tickets)


@dataclass(frozen=True, slots=True)
class SeatHeld:
    """`deadline` in ms by Redis' clock."""

    deadline: int
    tag: str


@dataclass(frozen=True, slots=True)
class SeatSold:
    tag: str


class SoldSeats(dict[str, SeatSold]):
    """By seat. Never changed once it is part of a map, so what was made of it can be kept with it."""

    encoded: bytes | None = None


@dataclass(frozen=True)
class SeatMap:
    """Every seat of a session that is not free, at one version; `at_ms` is when it was read, by Redis' clock."""

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
