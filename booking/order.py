"""A purchase, and the order that it becomes."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property

from cinema.mail_state import MailState
from cinema.refusals import Refusal
from cinema.tickets import Ticket


@dataclass(frozen=True)
class Payer:
    """Who pays, as far as it is kept: the CPF as a mask only. All empty for the original's clients."""

    name: str = ""
    masked_cpf: str = ""
    email: str = ""


@dataclass(frozen=True)
class Screening:
    """What a ticket is for, as the programme had it when the ticket was sold. `starts_at` in Unix
    ms.

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
    """The secrets of an order's links: `view` shows it, `manage` may also cancel, resend and
    correct it.

    Both are empty for orders from before there were tokens.
    """

    view: str = field(default="", repr=False)
    manage: str = field(default="", repr=False)


@dataclass(frozen=True)
class Purchase:
    """What a confirmation is about.

    `key` makes it idempotent; `person` is a keyed hash of who pays, empty where the request does
    not say; `closes_at` is when the session's sales end, in Unix ms (0: never); `quota` is how many
    half-price tickets the session has. `veto` refuses a sale that would otherwise be possible,
    because of the seats `vetoed`.
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

        What may change between two tries of one buyer is left out: how it is paid, and what it
        costs.
        """
        categories = sorted((ticket.seat, ticket.category) for ticket in self.tickets)
        body = [categories, self.payer.name, self.payer.masked_cpf, self.payer.email]
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()


@dataclass(frozen=True)
class GivenBack:
    """A ticket of an order that was cancelled while the order kept others; `at` in Unix ms."""

    ticket: Ticket
    at: int


@dataclass(frozen=True)
class Order:
    """A sale, as the buyer may see it. `tickets` are those that were not given back one by one.

    `created_at` and `cancelled_at` in Unix ms, by Redis' clock; the latter is 0 for an order that
    is not cancelled, or was before the time was kept. `settled`: what the session needed of it is
    gone. `erased_at` is when its personal data went, 0 while they are there.
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
