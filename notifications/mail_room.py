"""Sends the mails that booking has scheduled: a new one at once, the others when they are due.

Booking keeps each mail until its end is recorded, and leases it to one sender at a time. If a
sender dies, its leases end and another sender claims its mails; a buyer gets a second copy at
worst, with the same Message-ID.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Coroutine, Sequence
from typing import Protocol

import cinema_pb2 as pb
from cinema.mail_state import MailKind
from cinema.retry import Backoff
from notifications.booking_orders import UnknownOrder
from notifications.dependency import Dependency, DependencyDown, TemporaryFailure
from notifications.mail_attempts import MailAttempts, postponed
from notifications.mail_rules import MailRules
from notifications.mail_server import MailServer
from notifications.mailer import Mailer
from notifications.winding_down import completed_if_cancelled

log = logging.getLogger(__name__)

_CLAIM_SECONDS = 2.0  # between two claims while no mail is due
_PACE_SECONDS = 0.05  # between two claims while more mails are due
_AHEAD = 2  # claimed mails that wait for a connection, as a multiple of those that are sent at once
# Before a mail that met an outage is due again. Shorter, and each probe of the mail server would be
# this mail.
_GIVE_BACK_SECONDS = 5.0


class MailOrders(Protocol):
    async def schedule_mail(self, order_id: str, kind: MailKind, lease_ms: int) -> bool: ...
    async def claim_mails(
        self, limit: int, lease_ms: int, sending: Sequence[str]
    ) -> list[pb.EmailDevido]: ...
    async def record_mail(self, record: pb.RegistroEmail) -> None: ...


class MailRoom:
    """Log lines name an order by its code."""

    def __init__(
        self, orders: MailOrders, booking: Dependency, mailer: Mailer, rules: MailRules
    ) -> None:
        self._orders = orders
        self._booking = booking
        self._rules = rules
        self._server = MailServer(rules.at_once, rules.first_pause)
        self._attempts = MailAttempts(mailer, self._server, rules)
        self._lease_ms = round(rules.lease * 1_000)
        self._longest_pause = min(_CLAIM_SECONDS, rules.lease / 3, rules.first_pause)
        self._give_back_pause = min(_GIVE_BACK_SECONDS, rules.first_pause)
        self._renewed_at = 0.0
        self._sending: set[str] = set()  # orders of mails that are being sent or claimed
        self._claimed: deque[pb.EmailDevido] = deque()  # not begun
        self._group: asyncio.TaskGroup | None = None  # of the sends, while `run` runs
        self._winding_down = asyncio.Event()
        self._more_is_due = False  # the last claim left some
        self._wake = asyncio.Event()

    @property
    def trouble(self) -> str:
        """Why mails wait; empty while the mail server takes them."""
        return self._server.trouble

    async def schedule(self, order: pb.Pedido, kind: MailKind) -> None:
        """Booking has the mail when this returns. It is sent at once if a place is free.

        Raises DependencyDown, TemporaryFailure and UnknownOrder.
        """
        order_id = order.pedido_id
        mine = not self.trouble and self._free_places() > 0 and order_id not in self._sending
        if mine:
            self._sending.add(order_id)
        try:
            lease_ms = self._lease_ms if mine else 0
            scheduled = await self._orders.schedule_mail(order_id, kind, lease_ms)
        except BaseException:
            if mine:
                self._sending.discard(order_id)
            raise
        if mine and scheduled:
            self._begin(pb.EmailDevido(pedido=order, tipo=kind))
        elif mine:
            self._sending.discard(order_id)
        elif scheduled:
            self._claim_soon()

    async def run(self, drain_seconds: float) -> None:
        """Never returns.

        When it is cancelled, mails that are being sent have up to `drain_seconds` to end.
        """
        await completed_if_cancelled(self._claim_and_send(), self._winding_down, drain_seconds)

    async def _claim_and_send(self) -> None:
        async with asyncio.TaskGroup() as self._group:
            while not self._winding_down.is_set():
                await self._claim_due()
                await self._pause()
            self._give_back_claimed(0)

    def _free_places(self) -> int:
        if self._group is None or self._winding_down.is_set():
            return 0
        return self._server.room(len(self._sending) - len(self._claimed))

    def _number_to_claim(self) -> int:
        """Some more than there are free places, to keep connections busy until the next claim."""
        room, at_once = self._free_places(), self._rules.at_once
        if self.trouble or self._winding_down.is_set():
            return room
        return room + _AHEAD * at_once - len(self._claimed) if len(self._claimed) < at_once else 0

    def _leases_to_renew(self) -> list[str]:
        """Orders of all our mails, if it is time to renew."""
        now = time.monotonic()
        if now - self._renewed_at < self._longest_pause:
            return []
        self._renewed_at = now
        return list(self._sending)

    async def _claim_due(self) -> None:
        """Claims mails that are due and begins to send them; renews the leases of the others."""
        wanted, sending = self._number_to_claim(), self._leases_to_renew()
        if not wanted and not sending:
            return
        self._more_is_due = self._more_is_due and not wanted
        try:
            due = await self._booking.use(
                lambda: self._orders.claim_mails(wanted, self._lease_ms, sending)
            )
        except (DependencyDown, TemporaryFailure) as failure:
            log.debug("nothing is claimed now: %s", failure)
            return
        self._more_is_due = self._more_is_due or 0 < len(due) == wanted
        for mail in due:
            # One whose order has another mail under way is due again after its lease.
            if mail.pedido.pedido_id not in self._sending:
                self._sending.add(mail.pedido.pedido_id)
                self._claimed.append(mail)
        self._begin_claimed()
        if self.trouble:
            self._give_back_claimed(self._give_back_pause)

    async def _pause(self) -> None:
        self._wake.clear()
        await asyncio.sleep(_PACE_SECONDS)
        if self._more_is_due and self._number_to_claim():
            return
        events = (self._wake, self._winding_down)
        waits = [asyncio.create_task(event.wait()) for event in events]
        await asyncio.wait(waits, timeout=self._longest_pause, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    def _claim_soon(self) -> None:
        self._more_is_due = True
        self._wake.set()

    def _begin_claimed(self) -> None:
        while self._claimed and self._free_places():
            self._begin(self._claimed.popleft())

    def _give_back_claimed(self, pause: float) -> None:
        """Makes them due again, also for other senders."""
        while self._claimed:
            self._in_background(self._give_back(self._claimed.popleft(), pause))

    async def _give_back(self, mail: pb.EmailDevido, pause: float) -> None:
        try:
            await self._record(postponed(mail, pause))
        finally:
            self._sending.discard(mail.pedido.pedido_id)

    def _begin(self, mail: pb.EmailDevido) -> None:
        self._server.begin()
        self._in_background(self._send(mail))

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        if self._group is None:
            raise RuntimeError("the mail room is not open")
        self._group.create_task(work)

    async def _send(self, mail: pb.EmailDevido) -> None:
        try:
            await self._record(await self._attempt(mail))
        finally:
            self._sending.discard(mail.pedido.pedido_id)
            self._begin_claimed()
            if self._more_is_due:
                self._wake.set()

    async def _attempt(self, mail: pb.EmailDevido) -> pb.RegistroEmail:
        try:
            return await self._attempts.attempt(mail)
        except DependencyDown:
            self._give_back_claimed(self._give_back_pause)
            return postponed(mail, self._give_back_pause)

    async def _record(self, record: pb.RegistroEmail) -> None:
        """Retries until booking has it. Without the record a mail would be sent twice."""
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
