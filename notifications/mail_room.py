"""Sends the mails that booking has scheduled: one just asked for at once, the others when they are due.

No mail is here alone. Booking keeps each one until its end is recorded, and lends it to one sender for a time; a sender
that dies leaves its mails to the next one, at the cost of a second copy at most, with the same Message-ID.
"""

import asyncio
import logging
import time
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Protocol

import cinema_pb2 as pb
from cinema.mail_state import MailKind
from cinema.order_code import order_code
from cinema.retry import Backoff, brief
from notifications.booking_orders import UnknownOrder
from notifications.dependency import Dependency, DependencyDown, TemporaryFailure
from notifications.mail_rules import COPIES, MailRules
from notifications.mail_server import MailServer
from notifications.mailer import MailDelayed, Mailer, MailRefused, MailUnknown
from notifications.winding_down import carried_through

log = logging.getLogger(__name__)

_LOOK_SECONDS = 2.0  # between two looks at what is due, while there is nothing to do
_PACE_SECONDS = 0.05  # between two looks, while there is
_AHEAD = 2  # times as many mails as are sent at once: claimed, and next
_PUT_BACK_SECONDS = (
    5.0  # for a mail that met an outage: the next probe is another mail, where there is one
)


class MailOrders(Protocol):
    async def schedule_mail(self, order_id: str, kind: MailKind, own_ms: int) -> bool: ...
    async def claim_mails(
        self, limit: int, own_ms: int, sending: Sequence[str]
    ) -> list[pb.EmailDevido]: ...
    async def record_mail(self, record: pb.RegistroEmail) -> None: ...


class MailRoom:
    """Log lines name an order by its code."""

    def __init__(
        self, orders: MailOrders, booking: Dependency, mailer: Mailer, rules: MailRules
    ) -> None:
        self._orders = orders
        self._booking = booking
        self._mailer = mailer
        self._rules = rules
        self._server = MailServer(rules.at_once, rules.first_pause)
        self._own_ms = round(rules.lease * 1_000)
        self._longest_pause = min(_LOOK_SECONDS, rules.lease / 3, rules.first_pause)
        self._put_back_pause = min(_PUT_BACK_SECONDS, rules.first_pause)
        self._prolonged = 0.0  # when that was the last time
        self._sending: set[str] = set()  # orders, with those whose turn comes next
        self._next: deque[pb.EmailDevido] = deque()  # ours, and not begun
        self._group: asyncio.TaskGroup | None = None  # of the sends, while we run
        self._winding_down = asyncio.Event()
        self._more = False  # there is more that is due than we had room for
        self._wake = asyncio.Event()

    @property
    def trouble(self) -> str:
        """Why mails wait; empty while the mail server takes them."""
        return self._server.trouble

    async def schedule(self, order: pb.Pedido, kind: MailKind) -> None:
        """Booking has the mail when this returns. It is sent at once where there is room.

        Raises DependencyDown, TemporaryFailure and UnknownOrder.
        """
        order_id = order.pedido_id
        mine = not self.trouble and self._room() > 0 and order_id not in self._sending
        if mine:
            self._sending.add(order_id)
        try:
            own_ms = self._own_ms if mine else 0
            scheduled = await self._orders.schedule_mail(order_id, kind, own_ms)
        except BaseException:
            if mine:
                self._sending.discard(order_id)
            raise
        if mine and scheduled:
            self._begin(pb.EmailDevido(pedido=order, tipo=kind))
        elif mine:
            self._sending.discard(order_id)
        elif scheduled:
            self._look_again()

    async def run(self, drain_seconds: float) -> None:
        """Without end. When it is cancelled, what was begun has up to `drain_seconds` to come to its end."""
        await carried_through(self._work(), self._winding_down, drain_seconds)

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as self._group:
            while not self._winding_down.is_set():
                await self._look()
                await self._pause()
            self._give_back_next(0)

    def _room(self) -> int:
        if self._group is None or self._winding_down.is_set():
            return 0
        return self._server.room(len(self._sending) - len(self._next))

    def _wanted(self) -> int:
        """How many to claim: some more than there is room for, so that no connection waits for the next look."""
        room, at_once = self._room(), self._rules.at_once
        if self.trouble or self._winding_down.is_set():
            return room
        return room + _AHEAD * at_once - len(self._next) if len(self._next) < at_once else 0

    def _to_prolong(self) -> list[str]:
        """Orders whose mails are ours, now and then."""
        now = time.monotonic()
        if now - self._prolonged < self._longest_pause:
            return []
        self._prolonged = now
        return list(self._sending)

    async def _look(self) -> None:
        """Begins what is due, and keeps what is being sent."""
        wanted, sending = self._wanted(), self._to_prolong()
        if not wanted and not sending:
            return
        self._more = self._more and not wanted
        try:
            due = await self._booking.use(
                lambda: self._orders.claim_mails(wanted, self._own_ms, sending)
            )
        except (DependencyDown, TemporaryFailure) as failure:
            log.debug("nothing is claimed now: %s", failure)
            return
        self._more = self._more or 0 < len(due) == wanted
        for mail in due:
            # One whose order has another mail under way waits: its time comes again.
            if mail.pedido.pedido_id not in self._sending:
                self._sending.add(mail.pedido.pedido_id)
                self._next.append(mail)
        self._begin_next()
        if self.trouble:
            self._give_back_next(self._put_back_pause)

    async def _pause(self) -> None:
        self._wake.clear()
        await asyncio.sleep(_PACE_SECONDS)
        if self._more and self._wanted():
            return
        events = (self._wake, self._winding_down)
        waits = [asyncio.create_task(event.wait()) for event in events]
        await asyncio.wait(waits, timeout=self._longest_pause, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    def _look_again(self) -> None:
        self._more = True
        self._wake.set()

    def _begin_next(self) -> None:
        while self._next and self._room():
            self._begin(self._next.popleft())

    def _give_back_next(self, pause: float) -> None:
        """Another sender may have more luck, or more time."""
        while self._next:
            self._in_background(self._put_back(self._next.popleft(), pause))

    async def _put_back(self, mail: pb.EmailDevido, pause: float) -> None:
        try:
            await self._record(self._again(mail, pause))
        finally:
            self._sending.discard(mail.pedido.pedido_id)

    def _begin(self, mail: pb.EmailDevido) -> None:
        self._server.begin()
        self._in_background(self._send(mail))

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        if self._group is None:
            raise RuntimeError("the mail room is not open")
        self._group.create_task(work)

    # --------------------------------------------------------------------------------------------- one mail

    async def _send(self, mail: pb.EmailDevido) -> None:
        order_id = mail.pedido.pedido_id
        try:
            await self._record(await self._end(mail))
        finally:
            self._sending.discard(order_id)
            self._begin_next()
            if self._more:
                self._wake.set()

    async def _end(self, mail: pb.EmailDevido) -> pb.RegistroEmail:
        """What becomes of it, after one try."""
        code = order_code(mail.pedido.pedido_id)
        try:
            await self._sender(mail)(mail.pedido)
        except DependencyDown as down:
            self._server.refused_everybody(down)
            self._give_back_next(self._put_back_pause)
            return self._again(mail, self._put_back_pause)
        except MailRefused as refused:
            self._server.answered()
            log.warning("order %s: its mail is refused, %s", code, brief(refused))
            return _record_of(mail, pb.EMAIL_FALHOU, refused.for_buyer)
        except MailUnknown as unknown:
            return self._unknown(mail, unknown)
        except MailDelayed as delayed:
            self._server.answered()
            return self._delayed(mail, brief(delayed), delayed.for_buyer)
        except Exception as error:  # noqa: BLE001 - one mail's trouble must not stop the others
            # Where, but not what: the text of an unforeseen exception may name the buyer.
            trace = "".join(traceback.format_tb(error.__traceback__))
            log.error("order %s: %s\n%s", code, type(error).__name__, trace)
            return self._delayed(mail, f"unexpected {type(error).__name__}", "")
        self._server.answered()
        log.info("order %s: %s mailed", code, _NAMES[MailKind(mail.tipo)])
        return _record_of(mail, pb.EMAIL_ENVIADO)

    def _sender(self, mail: pb.EmailDevido) -> Callable[[pb.Pedido], Awaitable[None]]:
        if mail.tipo == MailKind.CANCELLATION:
            return self._mailer.send_cancellation
        return self._mailer.send_ticket

    def _delayed(self, mail: pb.EmailDevido, why: str, for_buyer: str) -> pb.RegistroEmail:
        mail.tentativas += 1
        return self._again_or_never(mail, why, for_buyer)

    def _unknown(self, mail: pb.EmailDevido, unknown: MailUnknown) -> pb.RegistroEmail:
        mail.tentativas += 1
        mail.copias += 1
        if mail.copias >= COPIES:
            return self._given_up(mail, brief(unknown), unknown.for_buyer)
        return self._again_or_never(mail, brief(unknown), unknown.for_buyer)

    def _again_or_never(self, mail: pb.EmailDevido, why: str, for_buyer: str) -> pb.RegistroEmail:
        pause = self._rules.pause(mail.tentativas)
        if pause is None:
            return self._given_up(mail, why, for_buyer)
        code = order_code(mail.pedido.pedido_id)
        log.info("order %s: its mail is tried again in %.0f s, %s", code, pause, why)
        return self._again(mail, pause)

    def _again(self, mail: pb.EmailDevido, pause: float) -> pb.RegistroEmail:
        record = _record_of(mail, pb.EMAIL_PENDENTE)
        record.tentar_em_ms = round(pause * 1_000)
        record.tentativas, record.copias = mail.tentativas, mail.copias
        return record

    def _given_up(self, mail: pb.EmailDevido, why: str, for_buyer: str) -> pb.RegistroEmail:
        code = order_code(mail.pedido.pedido_id)
        log.error("order %s: its mail is given up after %d tries, %s", code, mail.tentativas, why)
        return _record_of(mail, pb.EMAIL_FALHOU, for_buyer)

    async def _record(self, record: pb.RegistroEmail) -> None:
        """However long booking is away: a mail that was taken must not be sent again because nobody knows."""
        backoff = Backoff()
        while True:
            try:
                await self._booking.use(lambda: self._orders.record_mail(record))
            except (DependencyDown, TemporaryFailure) as failure:
                log.debug("an end is not recorded yet: %s", failure)
                await asyncio.sleep(backoff.delay())
            except UnknownOrder:
                return
            else:
                return


_NAMES = {MailKind.TICKET: "ticket", MailKind.CANCELLATION: "cancellation"}


def _record_of(mail: pb.EmailDevido, state: pb.EstadoEmail, reason: str = "") -> pb.RegistroEmail:
    order = mail.pedido
    return pb.RegistroEmail(
        pedido_id=order.pedido_id,
        estado=state,
        motivo=reason,
        tipo=mail.tipo,
        correcoes=order.correcoes,
        devolucoes=len(order.devolvidos),
    )
