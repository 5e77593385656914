"""What the delivery asks of whatever sends its mails, and how a mail can fail."""

from typing import Protocol

import cinema_pb2 as pb
from notifications.dependency import TemporaryFailure


class Mailer(Protocol):
    """Both return once the mail server has taken the mail.

    Both raise MailDelayed, MailUnknown and MailRefused, which concern this one mail, and DependencyDown where the
    server is away or refuses everybody: then mails wait and follow by themselves.
    """

    async def send_ticket(self, order: pb.Pedido) -> None: ...
    async def send_cancellation(self, order: pb.Pedido) -> None: ...


class MailFailure(Exception):
    """The text is for the log and names no buyer. `for_buyer` is a sentence in the buyer's language."""

    def __init__(self, text: str, for_buyer: str) -> None:
        super().__init__(text)
        self.for_buyer = for_buyer


class MailDelayed(MailFailure, TemporaryFailure):
    """The server puts this one mail off, by greylisting for example: it may be taken in minutes or hours."""


class MailUnknown(MailFailure, TemporaryFailure):
    """The connection ended before the answer to the whole mail: the server may have taken it.

    Another try may put a second copy into the buyer's mailbox, with the same Message-ID.
    """


class MailRefused(MailFailure):
    """The server will never take a mail for this recipient."""
