"""Putting the delivery together, for both services that may need it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cinema.booking_client import open_channel
from cinema.retry import brief
from cinema.settings import DeliverySettings
from notifications.booking_orders import BookingOrders
from notifications.delivery import Delivery
from notifications.ledger import Ledger
from notifications.ledger_writer import LedgerWriter
from notifications.mailer import Mailer

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_delivery(
    settings: DeliverySettings, mailer: Mailer, winding_down: asyncio.Event
) -> AsyncIterator[Delivery]:
    """Takes the ledger up. Where that cannot be had now, each record waits for it."""
    ledger = Ledger(settings.ledger_file)
    try:
        await asyncio.to_thread(ledger.open)
    except OSError as error:
        log.error("the ledger %s cannot be opened: %s", settings.ledger_file, brief(error))
    async with open_channel(settings) as channel:
        orders = BookingOrders(channel, settings.booking_deadline_seconds)
        yield Delivery(orders, LedgerWriter(ledger), mailer, winding_down)
