"""An order's mail: what it is about, and what became of it."""

from enum import StrEnum


class MailKind(StrEnum):
    """What an order's mail is about; the values are the contract's. An order has one mail at a time."""

    TICKET = "ingresso"
    CANCELLATION = "cancelamento"


class MailState(StrEnum):
    """What became of an order's mail."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    NO_ADDRESS = "no_address"
    WITHHELD = (
        "withheld"  # one too many for its mailbox or network: sent only if it is asked for again
    )
