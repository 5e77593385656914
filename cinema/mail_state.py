"""An order's mail: its kind and its state."""

from enum import StrEnum


class MailKind(StrEnum):
    """The values are the contract's. An order has one mail at a time."""

    TICKET = "ingresso"
    CANCELLATION = "cancelamento"


class MailState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    NO_ADDRESS = "no_address"
    WITHHELD = "withheld"  # over a limit of its mailbox or network; sent only on request
