"""What the delivery of notifications depends on, in memory."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from google.protobuf.message import Message

import cinema_pb2 as pb
from cinema.keys import new_order_id
from cinema.mail_state import MailKind
from cinema.notification import Notification, Status
from notifications.booking_orders import UnknownOrder
from notifications.dependency import DependencyDown
from notifications.ledger_format import Record
from notifications.mailer import MailDelayed, MailRefused, MailUnknown

M = TypeVar("M", bound=Message)

TEMPORARY = MailDelayed("the mail server answered 451", "adiado: 451 4.3.0 try again later")
UNKNOWN = MailUnknown("no answer to a whole mail", "sem resposta do servidor")
PERMANENT = MailRefused("the mail server answered 550", "recusado: 550 5.1.1 no such mailbox")


def new_order(email: str = "ana@example.com", **fields: str | int | bool) -> pb.Pedido:
    order = pb.Pedido(
        pedido_id=new_order_id("S001"),
        sessao_id="S001",
        assentos=["F07", "F08"],
        usuario_id="buyer",
        nome_completo="Ana Lima",
        cpf="***.456.789-**",
        email=email,
        total_centavos=6400,
        criado_em_ms=1_764_018_000_123,
    )
    for name, value in fields.items():
        setattr(order, name, value)
    return order


def notification(order: pb.Pedido, status: Status = Status.CONFIRMED) -> Notification:
    return Notification(
        pedido_id=order.pedido_id,
        sessao_id=order.sessao_id,
        assentos=tuple(order.assentos),
        usuario_id=order.usuario_id,
        status=status,
    )


class FakeOrders:
    """Booking's side.

    `failures` are raised by the next calls, one each; while `down` every call finds nobody.
    """

    def __init__(self, *orders: pb.Pedido) -> None:
        self.orders = {order.pedido_id: order for order in orders}
        self.down = False
        self.failures: list[Exception] = []
        self.due: dict[str, tuple[float, pb.EmailDevido]] = {}  # by order, and when
        self.records: list[pb.RegistroEmail] = []
        self.claims: list[int] = []  # how many were asked for

    async def get(self, order_id: str) -> pb.Pedido:
        self._fail()
        if order_id not in self.orders:
            raise UnknownOrder
        return _copy(self.orders[order_id])

    async def schedule_mail(self, order_id: str, kind: MailKind, lease_ms: int) -> bool:
        self._fail()
        order = self.orders[order_id]
        if order_id in self.due or order.email_estado != pb.EMAIL_PENDENTE:
            return False
        self._put_off(pb.EmailDevido(pedido=order, tipo=kind), lease_ms)
        return True

    async def claim_mails(
        self, limit: int, lease_ms: int, sending: Sequence[str]
    ) -> list[pb.EmailDevido]:
        self._fail()
        self.claims.append(limit)
        now = time.monotonic()
        due = sorted((at, order_id) for order_id, (at, _) in self.due.items() if at <= now)
        claimed = [self.due[order_id][1] for _, order_id in due[:limit]]
        for mail in claimed:
            self._put_off(mail, lease_ms)
        return [_copy(mail) for mail in claimed]

    async def record_mail(self, record: pb.RegistroEmail) -> None:
        self._fail()
        self.records.append(record)
        order = self.orders[record.pedido_id]
        order.email_estado, order.email_motivo = record.estado, record.motivo
        _, mail = self.due.pop(record.pedido_id)
        mail.tentativas, mail.copias = record.tentativas, record.copias
        if record.estado == pb.EMAIL_PENDENTE:
            self._put_off(mail, record.tentar_em_ms)

    def _put_off(self, mail: pb.EmailDevido, milliseconds: int) -> None:
        self.due[mail.pedido.pedido_id] = (time.monotonic() + milliseconds / 1_000, mail)

    def _fail(self) -> None:
        if self.down:
            raise DependencyDown("UNAVAILABLE")
        if self.failures:
            raise self.failures.pop(0)


def _copy(message: M) -> M:
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


class FakeRecords:
    def __init__(self) -> None:
        self.records: list[Record] = []
        self.failures: list[Exception] = []

    async def put(self, record: Record) -> None:
        if self.failures:
            raise self.failures.pop(0)
        if record not in self.records:
            self.records.append(record)


class FakeMails:
    """A fake of the mail room."""

    def __init__(self) -> None:
        self.scheduled: list[tuple[str, MailKind]] = []
        self.failures: list[Exception] = []
        self.before_scheduling: Callable[[], None] = lambda: None
        self.at_once = 0
        self.most_at_once = 0

    async def schedule(self, order: pb.Pedido, kind: MailKind) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.before_scheduling()
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.failures:
            raise self.failures.pop(0)
        if (order.pedido_id, kind) not in self.scheduled:
            self.scheduled.append((order.pedido_id, kind))


class FakeMailer:
    """`answers`: the next results by address; while `down` there is no server at all.

    A mail to an address in `slow` takes until that event is set.
    """

    def __init__(self) -> None:
        self.tickets: list[str] = []
        self.cancellations: list[str] = []
        self.answers: dict[str, list[Exception]] = {}
        self.slow: dict[str, asyncio.Event] = {}
        self.down = False
        self.tries = 0
        self.at_once = 0
        self.most_at_once = 0
        self.before_sending: Callable[[], None] = lambda: None

    async def send_ticket(self, order: pb.Pedido) -> None:
        await self._send(order)
        self.tickets.append(order.pedido_id)

    async def send_cancellation(self, order: pb.Pedido) -> None:
        await self._send(order)
        self.cancellations.append(order.pedido_id)

    async def _send(self, order: pb.Pedido) -> None:
        self.tries += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.before_sending()
        await asyncio.sleep(0)
        if order.email in self.slow:
            await self.slow[order.email].wait()
        self.at_once -= 1
        if self.down:
            raise DependencyDown("connection refused")
        if answers := self.answers.get(order.email):
            raise answers.pop(0)
