"""The interface to what sends mails, and the ways in which a mail can fail."""

from typing import Protocol

import cinema_pb2 as pb
from notifications.dependency import TemporaryFailure


class Mailer(Protocol):
    """Both methods return once the mail server has taken the mail.

    Both raise MailDelayed, MailUnknown and MailRefused, which concern this mail alone, and
    DependencyDown if the server is away or refuses every mail: then mails wait, and are sent later.
    """

    async def send_ticket(self, order: pb.Pedido) -> None: ...
    async def send_cancellation(self, order: pb.Pedido) -> None: ...


class MailFailure(Exception):
    """The text is for the log and names no buyer.

    `for_buyer` is a sentence in the buyer's language.
    """

    def __init__(self, text: str, for_buyer: str) -> None:
        super().__init__(text)
        self.for_buyer = for_buyer


class MailDelayed(MailFailure, TemporaryFailure):
    """The server postpones this mail, by greylisting for example."""


class MailUnknown(MailFailure, TemporaryFailure):
    """The connection ended before the answer to the whole mail: the server may have taken it.

    Another try may send a second copy, with the same Message-ID.
    """


class MailRefused(MailFailure):
    """The server takes no mail for this recipient, now or later."""
