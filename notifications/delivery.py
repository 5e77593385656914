"""What a notification brings about: a record in the ledger and a mail. Consumer and Kafka-less producer share it.

Every effect is safe to repeat, because the order itself remembers it: the ledger has each order once, and booking knows
what became of the order's mail. So a notification that comes again, after a crash, after an outage or out of the dead
letters, does what is still missing and nothing else.
"""

import asyncio
import logging
import traceback
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

import cinema_pb2 as pb
from cinema.order_code import order_code
from cinema.retry import Backoff, brief
from notifications.booking_orders import UnknownOrder
from notifications.dependency import Dependency, DependencyDown, TemporaryFailure
from notifications.ledger import Record
from notifications.mailer import MailDelayed, Mailer, MailRefused, MailUnknown
from notifications.notification import Notification, Status, iso_time
from notifications.outcomes import Dead, Done, Later, Outcome

log = logging.getLogger(__name__)
T = TypeVar("T")

QUESTIONS_AT_ONCE = 32
RECORDS_AT_ONCE = 1_000  # they share their writes
MAILS_AT_ONCE = 8
TRIES = 5
FIRST_PAUSE = 1.0  # seconds between the first two tries; doubles from try to try


class Orders(Protocol):
    async def get(self, order_id: str) -> pb.Pedido: ...
    async def record_mail(self, order_id: str, state: pb.EstadoEmail, reason: str = "") -> None: ...


class Records(Protocol):
    async def append(self, record: Record) -> None: ...


class WindingDown(Exception):
    """The service stops: nothing new is begun."""


class Delivery:
    """Leaves for later what needs something that is away, tries again what failed for now, and gives up the hopeless.

    Log lines name an order by its code, since its id opens its page.
    """

    def __init__(
        self,
        orders: Orders,
        records: Records,
        mailer: Mailer,
        winding_down: asyncio.Event,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._orders = orders
        self._records = records
        self._mailer = mailer
        self._winding_down = winding_down
        self._first_pause = first_pause
        self._booking = Dependency("booking", QUESTIONS_AT_ONCE, first_pause)
        self._ledger = Dependency("the ledger", RECORDS_AT_ONCE, first_pause)
        self._mail_server = Dependency("the mail server", MAILS_AT_ONCE, first_pause)
        # Orders whose mail was taken, but booking does not know yet, because it went away just then.
        self._mailed: set[str] = set()

    async def deliver(self, notifications: Sequence[Notification]) -> list[Outcome]:
        """One outcome for each, in the same order. Many at a time, but those of one order one after another.

        Once `winding_down` is set, what is under way is brought to its end and the rest is Later.
        """
        outcomes: list[Outcome] = [Later("an earlier one of its order waits")] * len(notifications)
        turns: dict[str, list[int]] = defaultdict(list)
        for position, notification in enumerate(notifications):
            turns[notification.order_id].append(position)

        async def take_turns(positions: list[int]) -> None:
            for position in positions:
                outcomes[position] = await self._outcome(notifications[position])
                if isinstance(outcomes[position], Later):
                    return

        async with asyncio.TaskGroup() as group:
            for positions in turns.values():
                group.create_task(take_turns(positions))
        return outcomes

    async def _outcome(self, notification: Notification) -> Outcome:
        try:
            await self._take_effect(notification)
        except WindingDown:
            return Later("the service stops")
        except DependencyDown as down:
            return Later(brief(down))
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
        self._check()
        order = await self._persist(self._booking, lambda: self._orders.get(notification.order_id))
        match notification.status:
            case Status.CONFIRMED:
                await self._ledger.use(lambda: self._record(order))
                await self._mail_ticket(order)
            case Status.RESEND:
                await self._mail_ticket(order)
            case Status.CANCELLED:
                await self._mail_cancellation(order)

    async def _record(self, order: pb.Pedido) -> None:
        try:
            await self._records.append(_record_of(order))
        except OSError as error:
            raise DependencyDown(brief(error)) from None

    async def _mail_ticket(self, order: pb.Pedido) -> None:
        """Unless it was sent already, or there is nobody or nothing to send it for."""
        if order.cancelado or order.email_estado == pb.EMAIL_ENVIADO:
            return
        if not order.email:
            if order.email_estado != pb.EMAIL_SEM_ENDERECO:
                await self._tell_booking(order, pb.EMAIL_SEM_ENDERECO)
            return
        try:
            if order.pedido_id not in self._mailed:
                await self._send(self._mailer.send_ticket, order)
        except (MailDelayed, MailUnknown) as delayed:
            # The buyer may ask for another mail from now on, and need not wait for whoever replays the dead letters.
            await self._tell_booking(order, pb.EMAIL_FALHOU, delayed.for_buyer)
            raise
        except MailRefused as refused:
            log.warning("order %s: its mail is refused, %s", order_code(order.pedido_id), refused)
            await self._tell_booking(order, pb.EMAIL_FALHOU, refused.for_buyer)
        else:
            self._mailed.add(order.pedido_id)
            await self._tell_booking(order, pb.EMAIL_ENVIADO)
            self._mailed.discard(order.pedido_id)
            log.info("order %s: ticket mailed", order_code(order.pedido_id))

    async def _mail_cancellation(self, order: pb.Pedido) -> None:
        """At least once: nothing remembers it but the mail's fixed Message-ID."""
        if not order.email or not order.cancelado:
            return
        code = order_code(order.pedido_id)
        try:
            await self._send(self._mailer.send_cancellation, order)
        except MailRefused as refused:
            log.warning("order %s: the mail on its end is refused, %s", code, refused)
        else:
            log.info("order %s: cancellation mailed", code)

    async def _send(self, send: Callable[[pb.Pedido], Awaitable[None]], order: pb.Pedido) -> None:
        async def unless_winding_down() -> None:
            self._check()
            await send(order)

        await self._persist(self._mail_server, unless_winding_down)

    async def _tell_booking(
        self, order: pb.Pedido, state: pb.EstadoEmail, reason: str = ""
    ) -> None:
        await self._persist(
            self._booking, lambda: self._orders.record_mail(order.pedido_id, state, reason)
        )

    async def _persist(self, dependency: Dependency, call: Callable[[], Awaitable[T]]) -> T:
        """The call's result, after TRIES where it fails for now. Nobody waits in line behind its pauses."""
        backoff = Backoff(self._first_pause, 10 * self._first_pause)
        for _ in range(TRIES - 1):
            try:
                return await dependency.use(call)
            except TemporaryFailure as failure:
                log.info("failed for now, to be tried again: %s", failure)
            await self._pause(backoff.delay())
        return await dependency.use(call)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._winding_down.wait()
        self._check()

    def _check(self) -> None:
        if self._winding_down.is_set():
            raise WindingDown


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
