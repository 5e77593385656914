"""Sends an order's mails through the SMTP server that the settings name, and says what a refusal means.

Three kinds of failure, because three different things help: a server that is away or takes nobody's mail is waited
for (`DependencyDown`); a temporary refusal of one mail is tried again a few times (`MailDelayed`); a mail that will
never be taken is not tried again, and the buyer learns why (`MailRefused`).

No text of an exception names the buyer or the address: servers like to quote it, so only the reply's code is told. The
server's own words are for the buyer's order alone.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

import cinema_pb2 as pb
from cinema.settings import DeliverySettings
from notifications.dependency import DependencyDown
from notifications.language import Language, Languages
from notifications.mailer import MailDelayed, MailRefused
from notifications.mails import MailWriter, UnusableAddress

_SERVICE_NOT_AVAILABLE = 421  # RFC 5321: the server closes the connection, whatever was asked
_PERMANENT = 500
_GOODBYE_SECONDS = 1
_LONGEST_WORDS = 200


class EmailService:
    """A connection a mail. Each attempt ends within `smtp_timeout_seconds`."""

    def __init__(self, settings: DeliverySettings) -> None:
        self._settings = settings
        self._languages = Languages()
        self._writer = MailWriter(settings.smtp_from, settings.public_url, self._languages)
        # Verifies certificate and name. The variable SSL_CERT_FILE adds an authority of one's own.
        self._tls = ssl.create_default_context() if settings.smtp_use_tls else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is open between two mails."""

    async def send_ticket(self, order: pb.Pedido) -> None:
        """Returns once the server has taken the order's confirmation."""
        await self._send(self._writer.ticket, order)

    async def send_cancellation(self, order: pb.Pedido) -> None:
        """Returns once the server has taken the word that the order was cancelled."""
        await self._send(self._writer.cancellation, order)

    async def _send(self, write: Callable[[pb.Pedido], EmailMessage], order: pb.Pedido) -> None:
        language = self._languages.of(order)
        try:
            # Not in the event loop: codes and calendar take tens of milliseconds.
            message = await asyncio.to_thread(write, order)
        except UnusableAddress:
            sentence = language("failure.unusable_address")
            raise MailRefused("the address is unusable", sentence) from None
        try:
            await self._hand_over(message)
        except SMTPRecipientsRefused as refusal:
            raise _judged(refusal.recipients[0], language) from None
        except SMTPDataError as refusal:
            raise _judged(refusal, language) from None
        except (SMTPException, OSError) as error:
            # Before a recipient is named, whatever fails fails for everybody.
            raise DependencyDown(_words(error)) from None

    async def _hand_over(self, message: EmailMessage) -> None:
        """One conversation with the server. Raises what aiosmtplib and the network raise."""
        smtp = self._client()
        try:
            async with asyncio.timeout(self._settings.smtp_timeout_seconds):
                await smtp.connect()
                await smtp.send_message(message)
            # A server that has taken the mail has taken it, whatever comes of the farewell.
            with suppress(SMTPException, OSError):
                await smtp.quit(timeout=_GOODBYE_SECONDS)
        finally:
            smtp.close()

    def _client(self) -> SMTP:
        settings = self._settings
        return SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username or None,
            password=settings.smtp_password.get_secret_value() or None,
            start_tls=settings.smtp_use_tls,
            tls_context=self._tls,
            # Not the default, which asks DNS and may wait for it.
            local_hostname=socket.gethostname(),
            timeout=settings.smtp_timeout_seconds,
        )


def _judged(refusal: SMTPResponseException, language: Language) -> Exception:
    """What the server's answer to one recipient or to one message means (RFC 5321, section 4.2.1)."""
    code, words = refusal.code, " ".join(refusal.message.split())[:_LONGEST_WORDS]
    answer, text = f"{code} {words}", f"the mail server answered {code}"
    if code == _SERVICE_NOT_AVAILABLE:
        return DependencyDown(f"it answered {code}")
    if code < _PERMANENT:
        return MailDelayed(text, language("failure.delayed", answer=answer))
    return MailRefused(text, language("failure.refused", answer=answer))


def _words(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or "no answer in time"
