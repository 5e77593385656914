"""Sends an order's mails through the SMTP server of the settings, and classifies failures.

There are four kinds, since four different things help: DependencyDown, MailDelayed, MailUnknown and
MailRefused, see notifications/mailer.py. No exception's text names the buyer or the address, which
servers like to quote: only the buyer's order shows the server's own words.
"""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Self

import cinema_pb2 as pb
from cinema import mail_address
from cinema.booking_channel import open_channel
from cinema.ticket_pdf import takes_long
from notifications.dependency import DependencyDown
from notifications.helo_name import HeloName
from notifications.lanes import Lanes
from notifications.language import Language, Languages
from notifications.mail_art import MailArt, MailPicture
from notifications.mailer import MailDelayed, MailRefused, MailUnknown
from notifications.mails import MailWriter
from notifications.server_words import anonymous, readable
from notifications.settings import DeliverySettings
from notifications.smtp_connection import Broken, Envelope, Refused, SmtpConnection
from notifications.smtp_pool import SmtpPool
from notifications.smtp_track import Track
from notifications.smtp_verdicts import Stage, Verdict, judge

_Write = Callable[[pb.Pedido, MailPicture | None], bytes]

# At most, and a third of what a step may take: a slower mail moves to the slow lane.
_SLOW_SECONDS = 5.0


class EmailService:
    """An async context manager.

    SMTP_TIMEOUT_SECONDS and SMTP_ANSWER_SECONDS bound each step of a mail.
    """

    def __init__(self, settings: DeliverySettings) -> None:
        self._languages = Languages()
        self._writer = MailWriter(settings.smtp_from, settings.public_url, self._languages)
        self._track = Track(home=self._writer.sender.domain)
        # Verifies certificate and name. The variable SSL_CERT_FILE adds an authority.
        tls = ssl.create_default_context()
        helo = HeloName(settings.smtp_helo_name)
        patience = settings.smtp_timeout_seconds
        lanes = Lanes(
            settings.smtp_connections,
            settings.smtp_slow_connections,
            slow_after=min(_SLOW_SECONDS, patience / 3),
        )
        self._resources = AsyncExitStack()
        self._settings = settings
        self._art: MailArt | None = None
        self._pool = SmtpPool(lambda: SmtpConnection(settings, tls, helo), lanes, patience)

    async def __aenter__(self) -> Self:
        self._resources.push_async_callback(self._pool.close)
        channel = await self._resources.enter_async_context(open_channel(self._settings))
        self._art = MailArt(channel)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._resources.aclose()

    async def send_ticket(self, order: pb.Pedido) -> None:
        """Returns once the server has taken the order's confirmation."""
        await self._send(self._writer.ticket, order)

    async def send_cancellation(self, order: pb.Pedido) -> None:
        """Returns once the server has taken the mail that the order was cancelled."""
        await self._send(self._writer.cancellation, order)

    async def _send(self, write: _Write, order: pb.Pedido) -> None:
        language = self._languages.of(order)
        art = await self._art.of(order.sessao.filme) if self._art else None
        try:
            if takes_long(order):
                envelope = await asyncio.to_thread(self._envelope, write, order, art)
            else:  # A thread would cost about as much as these few milliseconds.
                envelope = self._envelope(write, order, art)
        except mail_address.WrongAddress:
            sentence = language("failure.unusable_address")
            raise MailRefused("the address is unusable", sentence) from None
        try:
            await self._pool.send(envelope)
        except Refused as refused:
            raise self._refusal(refused, envelope.recipient, language) from None
        except Broken as broken:
            raise self._breakage(broken, envelope.recipient, language) from None
        self._track.took(envelope.recipient)

    def _envelope(self, write: _Write, order: pb.Pedido, art: MailPicture | None) -> Envelope:
        recipient = mail_address.parse(order.email)
        return Envelope(self._writer.sender.written, recipient.written, write(order, art))

    def _refusal(self, refused: Refused, recipient: str, language: Language) -> Exception:
        reply = refused.reply
        reason = f"{reply.code} {anonymous(reply.text, recipient)}"
        verdict = judge(refused.stage, reply)
        if refused.stage >= Stage.SENDER:
            verdict = self._track.refused(recipient, verdict, reason)
        answer = f"{reply.code} {readable(reply.text)}"
        match verdict:
            case Verdict.SERVER:
                return DependencyDown(f"it answered {reason}")
            case Verdict.RECIPIENT:
                return MailRefused(
                    f"the mail server answered {reason}", language("failure.refused", answer=answer)
                )
        return MailDelayed(
            f"the mail server answered {reason}", language("failure.delayed", answer=answer)
        )

    def _breakage(self, broken: Broken, recipient: str, language: Language) -> Exception:
        reason = f"{anonymous(broken.reason, recipient)}, at {broken.stage.name}"
        if broken.stage is Stage.END:
            return MailUnknown(f"no answer to a whole mail: {reason}", language("failure.unknown"))
        verdict = Verdict.SERVER
        if broken.stage >= Stage.SENDER:
            verdict = (
                self._track.timed_out(recipient)
                if broken.timed_out and broken.stage > Stage.SENDER
                else self._track.refused(recipient, Verdict.SERVER, reason)
            )
        if verdict is Verdict.SERVER:
            return DependencyDown(reason)
        return MailDelayed(f"no answer on a mail: {reason}", language("failure.no_answer"))
