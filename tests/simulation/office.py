"""Booking, the ledger's file and the mail server, as the consumers meet them: over links that
break, with what they have kept over every kill."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from redis.exceptions import ConnectionError as LinkBroken

import cinema_pb2 as pb
from cinema.mail_state import MailKind
from notifications.booking_orders import UnknownOrder
from notifications.dependency import DependencyDown, TemporaryFailure
from notifications.ledger_format import Record
from notifications.mailer import MailDelayed, MailUnknown
from tests.fakes.delivery import new_order
from tests.simulation.loop import Process, SimulatedLoop
from tests.simulation.redis import Link

Mail = tuple[str, MailKind]


class Office:
    """`due`, `ended` and `disturbed` are of an order's mail of one kind."""

    is_down = False  # as a Link sees it
    starts = 0

    def __init__(self, loop: SimulatedLoop) -> None:
        self.loop = loop
        self.orders = dict[str, pb.Pedido]()
        self.ledger = dict[str, str]()  # the state of each order's record
        self.due = dict[Mail, tuple[float, pb.EmailDevido]]()
        self.ended = set[Mail]()
        self.mailed = Counter[Mail]()
        self.disturbed = set[Mail]()  # may be there twice
        self.is_reliable = False
        self.sending = dict[Mail, Process | None]()  # until booking has its record

    def sell(self, partition: int) -> pb.Pedido:
        order = new_order(pedido_id=f"{partition:02d}-{len(self.orders)}")
        self.orders[order.pedido_id] = order
        return order

    def fails(self, chance: float) -> bool:
        return not self.is_reliable and self.loop.random.random() < chance

    def disturb(self, process: Process | None = None) -> None:
        """Mails that this process was sending may be sent again; None: all."""
        self.disturbed |= {m for m, by in self.sending.items() if process in (None, by)}

    # -------------------------------------------------------------------------------- as booking's

    def get(self, order_id: str) -> pb.Pedido:
        copy = pb.Pedido()
        copy.CopyFrom(self.orders[order_id])
        return copy

    def schedule(self, order_id: str, kind: MailKind, lease_ms: int) -> bool:
        mail, order = (order_id, kind), self.orders[order_id]
        wrong_kind = order.cancelado != (kind is MailKind.CANCELLATION)
        if wrong_kind or mail in self.due or mail in self.ended:
            return False
        self.due.pop((order_id, MailKind.TICKET), None)
        self._put_off(mail, pb.EmailDevido(pedido=order, tipo=kind), lease_ms)
        return True

    def claim(self, limit: int, lease_ms: int, sending: Sequence[str]) -> list[pb.EmailDevido]:
        now = self.loop.time()
        for mail, (_, due) in list(self.due.items()):
            if mail[0] in sending:
                self._put_off(mail, due, lease_ms)
        found = [mail for mail, (at, _) in self.due.items() if at <= now][:limit]
        for mail in found:
            self._put_off(mail, self.due[mail][1], lease_ms)
        return [pb.EmailDevido.FromString(self.due[m][1].SerializeToString()) for m in found]

    def record(self, record: pb.RegistroEmail) -> None:
        mail = record.pedido_id, MailKind(record.tipo)
        self.sending.pop(mail, None)
        if mail not in self.due:
            return
        _, due = self.due.pop(mail)
        due.tentativas, due.copias = record.tentativas, record.copias
        if record.estado == pb.EMAIL_PENDENTE:
            self._put_off(mail, due, record.tentar_em_ms)
        else:
            self.ended.add(mail)

    def _put_off(self, mail: Mail, due: pb.EmailDevido, milliseconds: int) -> None:
        self.due[mail] = self.loop.time() + milliseconds / 1_000, due


class OfficeLink:
    """One process's side: BookingOrders, the ledger's writer and a Mailer."""

    def __init__(self, office: Office, process: Process) -> None:
        self._office = office
        self._process = process
        self._link = Link(office.loop, office)  # type: ignore[arg-type]

    def settle(self) -> None:
        self._link.is_reliable = True

    async def get(self, order_id: str) -> pb.Pedido:
        if order_id not in self._office.orders:
            raise UnknownOrder
        order: pb.Pedido = await self._ask(lambda: self._office.get(order_id))
        return order

    async def schedule_mail(self, order_id: str, kind: MailKind, lease_ms: int) -> bool:
        return bool(await self._ask(lambda: self._office.schedule(order_id, kind, lease_ms)))

    async def claim_mails(
        self, limit: int, lease_ms: int, sending: Sequence[str]
    ) -> list[pb.EmailDevido]:
        found: list[pb.EmailDevido] = await self._ask(
            lambda: self._office.claim(limit, lease_ms, sending)
        )
        return found

    async def record_mail(self, record: pb.RegistroEmail) -> None:
        await self._ask(lambda: self._office.record(record))

    async def put(self, record: Record) -> None:
        """Into the ledger, under its lock."""
        await asyncio.sleep(self._office.loop.random.choice((0, 0.001, 0.1)))
        if self._office.fails(0.05):
            raise OSError("no space left on device")
        order_id = str(record["pedido_id"])
        if self._office.ledger.get(order_id) != "cancelado":
            self._office.ledger[order_id] = str(record["estado"])

    async def send_ticket(self, order: pb.Pedido) -> None:
        await self._send((order.pedido_id, MailKind.TICKET))

    async def send_cancellation(self, order: pb.Pedido) -> None:
        await self._send((order.pedido_id, MailKind.CANCELLATION))

    async def _send(self, mail: Mail) -> None:
        office, pick = self._office, self._office.loop.random
        office.sending[mail] = self._process
        await asyncio.sleep(pick.choice((0.01, 0.01, 0.1, 0.1, 1, 20)))  # longer than a lease
        if office.fails(0.05):
            raise DependencyDown("connection refused")
        if office.fails(0.05):
            raise MailDelayed("greylisted", "")
        office.mailed[mail] += 1
        if office.fails(0.02):
            office.disturb(self._process)
            raise MailUnknown("no answer to a whole mail", "")
        await asyncio.sleep(pick.choice((0, 0.01, 0.5)))

    async def _ask(self, effect: Callable[[], Any]) -> Any:
        try:
            return await self._link.call(effect)
        except LinkBroken as lost:
            self._office.disturb()  # a lease may end before a record comes through
            kind = self._office.loop.random.choice((DependencyDown, TemporaryFailure))
            raise kind(str(lost)) from None
