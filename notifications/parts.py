"""Putting the delivery together, for both services that may need it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cinema.booking_client import open_channel
from cinema.retry import brief
from cinema.settings import DeliverySettings
from notifications.booking_orders import BookingOrders
from notifications.delivery import Delivery
from notifications.dependency import Dependency
from notifications.ledger import Ledger
from notifications.ledger_writer import LedgerWriter
from notifications.mail_room import MailRoom
from notifications.mail_rules import MailRules
from notifications.mailer import Mailer

log = logging.getLogger(__name__)

_QUESTIONS_AT_ONCE = 32


@dataclass(frozen=True)
class Parts:
    """What takes notifications on, and what sends the mails that they ask for."""

    delivery: Delivery
    mail_room: MailRoom


@asynccontextmanager
async def open_delivery(
    settings: DeliverySettings, mailer: Mailer, winding_down: asyncio.Event
) -> AsyncIterator[Parts]:
    """Takes the ledger up. Where that cannot be had now, each record waits for it."""
    ledger = Ledger(settings.ledger_file)
    try:
        await asyncio.to_thread(ledger.open)
    except OSError as error:
        log.error("the ledger %s cannot be opened: %s", settings.ledger_file, brief(error))
    async with open_channel(settings) as channel:
        orders = BookingOrders(channel, settings.booking_deadline_seconds)
        booking = Dependency("booking", _QUESTIONS_AT_ONCE)
        mail_room = MailRoom(orders, booking, mailer, MailRules.of(settings))
        yield Parts(
            Delivery(orders, booking, LedgerWriter(ledger), mail_room, winding_down), mail_room
        )


async def retry_failed_mails(settings: DeliverySettings) -> None:
    """Raises DependencyDown and TemporaryFailure."""
    async with open_channel(settings) as channel:
        orders = BookingOrders(channel, settings.booking_deadline_seconds)
        log.info("%d mails that failed are tried again", await orders.retry_failed_mails())
