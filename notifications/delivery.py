"""Handles a notification: records its order in the ledger, and has booking schedule its mail.

Both are idempotent: the ledger has each order once, and booking knows which mails were scheduled
and sent. A repeated notification, after a crash, an outage or a replay of dead letters, does only
what is missing. None waits for a mail to be sent.
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

RECORDS_AT_ONCE = 1_000  # they share writes
TRIES = 5
FIRST_PAUSE = 1.0  # seconds between the first two tries; each pause is twice the one before


class Orders(Protocol):
    async def get(self, order_id: str) -> pb.Pedido: ...


class Records(Protocol):
    async def put(self, record: Record) -> None: ...


class Mails(Protocol):
    async def schedule(self, order: pb.Pedido, kind: MailKind) -> None:
        """Booking has the mail when this returns, and it will be sent.

        Raises what Orders raises.
        """


class WindingDown(Exception):
    """The service stops, and begins nothing new."""


class Delivery:
    """Postpones a notification while a dependency is away, and retries temporary failures.

    After TRIES, or another failure, the notification is Dead.

    Log lines name an order by its code: orders from before there were tokens are opened by their
    id.
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
        """One result for each, in order.

        Orders are handled concurrently, the notifications of one order in sequence.

        Once `winding_down` is set, those under way are completed and the rest are Later.
        """
        waiting = Later("an earlier one of its order waits")
        results: list[DeliveryResult] = [waiting] * len(notifications)
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
        except Exception as error:  # noqa: BLE001 - the others go on
            # The traceback without the exception's text, which may name the buyer.
            trace = "".join(traceback.format_tb(error.__traceback__))
            log.error(
                "order %s: %s\n%s", order_code(notification.order_id), type(error).__name__, trace
            )
            return Dead(f"unexpected {type(error).__name__}")
        return Done()

    async def _take_effect(self, notification: Notification) -> None:
        self._raise_if_winding_down()
        order = await self._with_retries(
            self._booking, lambda: self._orders.get(notification.order_id)
        )
        await self._ledger.use(lambda: self._record(order))
        is_cancelled = notification.status is Status.CANCELLED
        await self._mail(order, MailKind.CANCELLATION if is_cancelled else MailKind.TICKET)

    async def _record(self, order: pb.Pedido) -> None:
        try:
            await self._records.put(record_of(order))
        except OSError as error:
            raise DependencyDown(brief(error)) from None

    async def _mail(self, order: pb.Pedido, kind: MailKind) -> None:
        """Schedules the mail, if the order has an address and its state calls for this kind."""
        if order.email and order.cancelado == (kind is MailKind.CANCELLATION):
            await self._with_retries(self._booking, lambda: self._mails.schedule(order, kind))

    async def _with_retries(self, dependency: Dependency, call: Callable[[], Awaitable[T]]) -> T:
        """The call's result, with TRIES for temporary failures.

        Its pauses take no place in the dependency.
        """
        backoff = Backoff(self._first_pause, 10 * self._first_pause)
        for _ in range(TRIES - 1):
            try:
                return await dependency.use(call)
            except TemporaryFailure as failure:
                log.info("temporary failure, trying again: %s", failure)
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
