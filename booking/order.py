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
    """The person who pays, as far as it is stored: the CPF as a mask only. All empty for the
    original's clients."""

    name: str = ""
    masked_cpf: str = ""
    email: str = ""


@dataclass(frozen=True)
class Screening:
    """What a ticket is for, by the programme at its sale. `starts_at` in Unix ms.

    Older orders have the start alone.
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
    """The secrets of an order's links: `view` shows it, `manage` can also cancel, resend and
    correct it.

    Both are empty for orders from before there were tokens.
    """

    view: str = field(default="", repr=False)
    manage: str = field(default="", repr=False)


@dataclass(frozen=True)
class Purchase:
    """What a confirmation sells.

    `key` makes it idempotent. `person` is a keyed hash of the payer, empty if the request does not
    say. `closes_at` is when the session's sales end, in Unix ms (0: never). `quota` is the
    session's number of half-price tickets. `veto` refuses a sale that is otherwise possible,
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
        """128 bits of the key in 22 characters, whatever its length: Redis stores only this."""
        digest = hashlib.sha256(self.key.encode()).digest()[:16]
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def fingerprint(self) -> str:
        """Equal for equal bodies; stored with the order key.

        It leaves out what may change between two tries of one buyer: the payment method and the
        price.
        """
        categories = sorted((ticket.seat, ticket.category) for ticket in self.tickets)
        body = [categories, self.payer.name, self.payer.masked_cpf, self.payer.email]
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()


@dataclass(frozen=True)
class GivenBack:
    """A ticket that was cancelled while its order kept others; `at` in Unix ms."""

    ticket: Ticket
    at: int


@dataclass(frozen=True)
class Order:
    """A sale, as its buyer may see it. `tickets` are those that were not given back one by one.

    `created_at` and `cancelled_at` in Unix ms, by Redis' clock; the latter is 0 for an order that
    is not cancelled, or was cancelled before the time was stored. `settled`: the session's data of
    it is deleted. `erased_at` is when its personal data was erased, 0 while it is stored.
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
