"""What a notification brings about: a record in the ledger and a scheduled mail, with Kafka and without.

Every effect is safe to repeat, because the order itself remembers it: the ledger has each order once, and booking knows
which mails were scheduled and what became of them. So a notification that comes again, after a crash, after an outage
or out of the dead letters, does what is still missing and nothing else. None waits for a mail.
"""

import asyncio
import logging
import traceback
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

import cinema_pb2 as pb
from cinema.mail_state import MailKind
from cinema.notification import Notification, Status
from cinema.order_code import order_code
from cinema.retry import Backoff, brief
from notifications.booking_orders import UnknownOrder
from notifications.delivery_result import Dead, DeliveryResult, Done, Later
from notifications.dependency import Dependency, DependencyDown, TemporaryFailure
from notifications.ledger_format import Record
from notifications.ledger_record import record_of

log = logging.getLogger(__name__)
T = TypeVar("T")

RECORDS_AT_ONCE = 1_000  # they share their writes
TRIES = 5
FIRST_PAUSE = 1.0  # seconds between the first two tries; doubles from try to try


class Orders(Protocol):
    async def get(self, order_id: str) -> pb.Pedido: ...


class Records(Protocol):
    async def put(self, record: Record) -> None: ...


class Mails(Protocol):
    async def schedule(self, order: pb.Pedido, kind: MailKind) -> None:
        """The mail is safe with booking when this returns, and will be sent. Raises as Orders does."""


class WindingDown(Exception):
    """The service stops: nothing new is begun."""


class Delivery:
    """Leaves for later what needs something that is away, tries again what failed for now, and gives up the hopeless.

    Log lines name an order by its code, since its id opens its page.
    """

    def __init__(
        self,
        orders: Orders,
        booking: Dependency,
        records: Records,
        mails: Mails,
        winding_down: asyncio.Event,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._orders = orders
        self._booking = booking
        self._records = records
        self._mails = mails
        self._winding_down = winding_down
        self._first_pause = first_pause
        self._ledger = Dependency("the ledger", RECORDS_AT_ONCE, first_pause)

    async def deliver(self, notifications: Sequence[Notification]) -> list[DeliveryResult]:
        """One result for each, in the same order. Many at a time, but those of one order one after another.

        Once `winding_down` is set, what is under way is brought to its end and the rest is Later.
        """
        results: list[DeliveryResult] = [Later("an earlier one of its order waits")] * len(
            notifications
        )
        turns: dict[str, list[int]] = defaultdict(list)
        for position, notification in enumerate(notifications):
            turns[notification.order_id].append(position)

        async def take_turns(positions: list[int]) -> None:
            for position in positions:
                results[position] = await self._result(notifications[position])
                if isinstance(results[position], Later):
                    return

        async with asyncio.TaskGroup() as group:
            for positions in turns.values():
                group.create_task(take_turns(positions))
        return results

    async def _result(self, notification: Notification) -> DeliveryResult:
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
        self._raise_if_winding_down()
        order = await self._persist(self._booking, lambda: self._orders.get(notification.order_id))
        await self._ledger.use(lambda: self._record(order))
        is_cancelled = notification.status is Status.CANCELLED
        await self._mail(order, MailKind.CANCELLATION if is_cancelled else MailKind.TICKET)

    async def _record(self, order: pb.Pedido) -> None:
        try:
            await self._records.put(record_of(order))
        except OSError as error:
            raise DependencyDown(brief(error)) from None

    async def _mail(self, order: pb.Pedido, kind: MailKind) -> None:
        """Unless there is nobody or nothing to send it for; booking knows which mails it has seen."""
        if order.email and order.cancelado == (kind is MailKind.CANCELLATION):
            await self._persist(self._booking, lambda: self._mails.schedule(order, kind))

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
        self._raise_if_winding_down()

    def _raise_if_winding_down(self) -> None:
        if self._winding_down.is_set():
            raise WindingDown
