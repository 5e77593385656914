"""What the delivery of notifications depends on, in memory."""

import asyncio
from collections.abc import Callable

import cinema_pb2 as pb
from cinema.keys import new_order_id
from notifications.booking_orders import UnknownOrder
from notifications.dependency import DependencyDown
from notifications.ledger import Record
from notifications.mailer import MailDelayed, MailRefused
from notifications.notification import Notification, Status

TEMPORARY = MailDelayed("the mail server answered 451", "adiado: 451 4.3.0 try again later")
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
    """Booking's side. `failures` are raised by the next calls, one each; while `down` every call finds nobody."""

    def __init__(self, *orders: pb.Pedido) -> None:
        self.orders = {order.pedido_id: order for order in orders}
        self.down = False
        self.failures: list[Exception] = []
        self.records: list[tuple[str, pb.EstadoEmail]] = []

    async def get(self, order_id: str) -> pb.Pedido:
        self._fail()
        if order_id not in self.orders:
            raise UnknownOrder
        copy = pb.Pedido()
        copy.CopyFrom(self.orders[order_id])
        return copy

    async def record_mail(self, order_id: str, state: pb.EstadoEmail, reason: str = "") -> None:
        self._fail()
        self.records.append((order_id, state))
        self.orders[order_id].email_estado = state
        self.orders[order_id].email_motivo = reason

    def _fail(self) -> None:
        if self.down:
            raise DependencyDown("UNAVAILABLE")
        if self.failures:
            raise self.failures.pop(0)


class FakeRecords:
    def __init__(self) -> None:
        self.records: list[Record] = []
        self.failures: list[Exception] = []

    async def append(self, record: Record) -> None:
        if self.failures:
            raise self.failures.pop(0)
        if record not in self.records:
            self.records.append(record)


class FakeMailer:
    """`answers` has, for an address, what its next mails meet; while `down` there is no server at all."""

    def __init__(self) -> None:
        self.tickets: list[str] = []
        self.cancellations: list[str] = []
        self.answers: dict[str, list[Exception]] = {}
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
        self.at_once -= 1
        if self.down:
            raise DependencyDown("connection refused")
        if answers := self.answers.get(order.email):
            raise answers.pop(0)
