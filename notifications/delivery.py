"""What a notification brings about: a record in the ledger and a mail. Consumer and Kafka-less producer share it.

Every effect is safe to repeat, because the order itself remembers it: the ledger has each order once, and booking knows
what became of the order's mail. So a notification that comes again, after a crash or out of the dead letters, does what
is still missing and nothing else.
"""

import asyncio
import logging
import traceback
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import cinema_pb2 as pb
from cinema.order_code import order_code
from cinema.retry import Backoff
from email_service import MailDelayed, MailRefused
from notifications.booking_orders import UnknownOrder
from notifications.ledger import Record
from notifications.notification import Notification, Status, iso_time
from notifications.outcomes import Dead, Done, Later, Outcome
from notifications.patience import DependencyDown, Interrupted, Patience, TemporaryFailure

log = logging.getLogger(__name__)
T = TypeVar("T")

AT_ONCE = 8
TRIES = 5
FIRST_PAUSE = 1.0  # seconds between the first two tries; doubles from try to try


class Orders(Protocol):
    async def get(self, order_id: str) -> pb.Pedido: ...
    async def record_mail(self, order_id: str, state: pb.EstadoEmail, reason: str = "") -> None: ...


class Records(Protocol):
    async def append(self, record: Record) -> None: ...


class Mailer(Protocol):
    async def send_ticket(self, order: pb.Pedido) -> None: ...
    async def send_cancellation(self, order: pb.Pedido) -> None: ...


class Delivery:
    """Waits for whatever is down, tries again what failed for now, and gives up what can have no effect.

    Log lines name an order by its code: its id opens its page.
    """

    def __init__(
        self,
        orders: Orders,
        records: Records,
        mailer: Mailer,
        patience: Patience,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._orders = orders
        self._records = records
        self._mailer = mailer
        self._patience = patience
        self._first_pause = first_pause
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def deliver(self, notifications: Sequence[Notification]) -> list[Outcome]:
        """One outcome for each, in the same order. Several at a time, but those of one order one after another.

        It takes as long as an outage. Once the service stops, what is under way ends and the rest is Later.
        """
        outcomes: list[Outcome] = [Later("not begun")] * len(notifications)
        turns: dict[str, list[int]] = defaultdict(list)
        for position, notification in enumerate(notifications):
            turns[notification.order_id].append(position)

        async def take_turns(positions: list[int]) -> None:
            for position in positions:
                outcomes[position] = await self._outcome(notifications[position])

        async with asyncio.TaskGroup() as group:
            for positions in turns.values():
                group.create_task(take_turns(positions))
        return outcomes

    async def _outcome(self, notification: Notification) -> Outcome:
        try:
            async with self._slots:
                self._patience.check()
                await self._take_effect(notification)
        except Interrupted:
            return Later("the service stops")
        except UnknownOrder:
            return Dead("booking has no such order")
        except TemporaryFailure as failure:
            return Dead(f"given up after {TRIES} tries: {failure}")
        except Exception as error:  # noqa: BLE001 - one notification's trouble must not stop the others
            # Where, but not what: the text of an unforeseen exception may name the buyer.
            trace = "".join(traceback.format_tb(error.__traceback__))
            log.error(
                "order %s: %s\n%s", order_code(notification.order_id), type(error).__name__, trace
            )
            return Dead(f"unexpected {type(error).__name__}")
        return Done()

    async def _take_effect(self, notification: Notification) -> None:
        order = await self._persist(lambda: self._orders.get(notification.order_id))
        match notification.status:
            case Status.CONFIRMED:
                await self._persist(lambda: self._record(order))
                await self._mail_ticket(order)
            case Status.RESEND:
                await self._mail_ticket(order)
            case Status.CANCELLED:
                await self._mail_cancellation(order)

    async def _record(self, order: pb.Pedido) -> None:
        try:
            await self._records.append(_record_of(order))
        except OSError as error:
            raise DependencyDown("the ledger", str(error)) from None

    async def _mail_ticket(self, order: pb.Pedido) -> None:
        """Unless it was sent already, or there is nobody or nothing to send it for."""
        if order.cancelado or order.email_estado == pb.EMAIL_ENVIADO:
            return
        if not order.email:
            if order.email_estado != pb.EMAIL_SEM_ENDERECO:
                await self._tell_booking(order, pb.EMAIL_SEM_ENDERECO)
            return
        try:
            await self._persist(lambda: self._mailer.send_ticket(order))
        except MailDelayed as delayed:
            # The buyer may ask for another mail from now on, and need not wait for whoever replays the dead letters.
            await self._tell_booking(order, pb.EMAIL_FALHOU, delayed.for_buyer)
            raise
        except MailRefused as refused:
            log.warning("order %s: its mail is refused, %s", order_code(order.pedido_id), refused)
            await self._tell_booking(order, pb.EMAIL_FALHOU, refused.for_buyer)
        else:
            await self._tell_booking(order, pb.EMAIL_ENVIADO)
            log.info("order %s: ticket mailed", order_code(order.pedido_id))

    async def _mail_cancellation(self, order: pb.Pedido) -> None:
        """At least once: nothing remembers it but the mail's fixed Message-ID."""
        if not order.email or not order.cancelado:
            return
        try:
            await self._persist(lambda: self._mailer.send_cancellation(order))
        except MailRefused as refused:
            log.warning(
                "order %s: the mail on its end is refused, %s", order_code(order.pedido_id), refused
            )
        else:
            log.info("order %s: cancellation mailed", order_code(order.pedido_id))

    async def _tell_booking(
        self, order: pb.Pedido, state: pb.EstadoEmail, reason: str = ""
    ) -> None:
        await self._persist(lambda: self._orders.record_mail(order.pedido_id, state, reason))

    async def _persist(self, call: Callable[[], Awaitable[T]]) -> T:
        """The call's result: as many tries as an outage asks for, and TRIES where it fails for now."""
        backoff = Backoff(self._first_pause, 10 * self._first_pause)
        for _ in range(TRIES - 1):
            try:
                return await self._patience.until_up(call)
            except TemporaryFailure as failure:
                log.info("failed for now, to be tried again: %s", failure)
            await self._patience.pause(backoff.delay())
        return await self._patience.until_up(call)


def _record_of(order: pb.Pedido) -> Record:
    return {
        "pedido_id": order.pedido_id,
        "sessao_id": order.sessao_id,
        "assentos": list(order.assentos),
        "usuario_id": order.usuario_id,
        "nome_completo": order.nome_completo,
        "cpf": order.cpf,
        "email": order.email,
        "timestamp": iso_time(order.criado_em_ms),
    }
