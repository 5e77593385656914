"""Builds the delivery and its mail room, for the producer and the consumer."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from cinema.booking_channel import open_channel
from cinema.retry import brief
from cinema.service import CannotStart
from notifications.booking_orders import BookingOrders
from notifications.delivery import Delivery
from notifications.dependency import Dependency, DependencyDown, TemporaryFailure
from notifications.ledger import Ledger, LedgerWriter
from notifications.ledger_keeper import LedgerKeeper
from notifications.mail_room import MailRoom
from notifications.mail_rules import MailRules
from notifications.mailer import Mailer
from notifications.settings import DeliverySettings

log = logging.getLogger(__name__)

_REQUESTS_AT_ONCE = 1_000  # they share calls


class OpenDelivery(NamedTuple):
    delivery: Delivery
    mail_room: MailRoom


@asynccontextmanager
async def open_delivery(
    settings: DeliverySettings, mailer: Mailer, winding_down: asyncio.Event
) -> AsyncIterator[OpenDelivery]:
    """Opens the ledger, too. If that fails, records wait until it can be opened."""
    ledger = Ledger(settings.ledger_file)
    try:
        await asyncio.to_thread(ledger.open)
    except OSError as error:
        log.error("the ledger %s cannot be opened: %s", settings.ledger_file, brief(error))
    async with open_channel(settings) as channel, asyncio.TaskGroup() as group:
        orders = BookingOrders(channel, settings.booking_deadline_seconds)
        keeping = group.create_task(LedgerKeeper(ledger, orders).run())
        booking = Dependency("booking", _REQUESTS_AT_ONCE)
        mail_room = MailRoom(orders, booking, mailer, MailRules.of(settings))
        delivery = Delivery(orders, booking, LedgerWriter(ledger), mail_room, winding_down)
        yield OpenDelivery(delivery, mail_room)
        keeping.cancel()


async def rebuild_ledger(settings: DeliverySettings) -> None:
    """Adds every record that the ledger lacks; services may run meanwhile. Raises CannotStart."""
    async with open_channel(settings) as channel:
        orders = BookingOrders(channel, settings.booking_deadline_seconds)
        try:
            await LedgerKeeper(Ledger(settings.ledger_file), orders).rebuild()
        except (OSError, DependencyDown, TemporaryFailure) as error:
            raise CannotStart(f"the ledger cannot be rebuilt now: {brief(error)}") from None


async def retry_failed_mails(settings: DeliverySettings) -> None:
    """Raises DependencyDown and TemporaryFailure."""
    async with open_channel(settings) as channel:
        orders = BookingOrders(channel, settings.booking_deadline_seconds)
        log.info("%d mails that failed are tried again", await orders.retry_failed_mails())
