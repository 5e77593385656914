"""The orders in Redis: one, many, or page by page; and their mail's requests."""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any

from booking.order import Order
from booking.order_record import Record, from_record, order_of, record_of
from booking.order_upgrade import OrderUpgrade
from cinema.keys import (
    ANY_ORDER,
    order_id_of,
    order_key,
    partition_keys,
    partition_of,
    partition_of_order,
)
from cinema.lua_scripts import script_text
from cinema.mail_state import MailState
from cinema.notification import Status, outbox_message
from cinema.order_code import order_code
from cinema.redis_connection import RedisClient, ScanPlace, scan_keys

log = logging.getLogger(__name__)

# For SCAN. Most keys are orders, so a page has about as many orders.
_KEYS_A_PAGE = 40
_CURSOR = re.compile(r"(?P<node>\d{1,4}):(?P<cursor>\d{1,20})", re.ASCII)


class Correction(IntEnum):
    """The replies of correct_email.lua."""

    DONE = 0
    NO_ORDER = 1
    CANCELLED = 3
    NO_MORE = 4
    ERASED = 5


class MalformedCursor(ValueError):
    """The text is not a cursor of an earlier page."""


class OrderBook:
    """Raises `cinema.keys.MalformedOrderId` where an id cannot be one, and what redis-py raises."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._upgrade = OrderUpgrade(redis)
        self._resend = redis.register_script(script_text("resend"))
        self._correct = redis.register_script(script_text("correct_email"))

    async def get(self, order_id: str) -> Order | None:
        fields: dict[Any, Any] = await self._redis.hgetall(order_key(order_id))
        return from_record(order_id, fields) if fields else None

    async def get_all(self, order_ids: Sequence[str]) -> list[Order | None]:
        """In the order of the ids."""
        hashes = await self._hashes([order_key(order_id) for order_id in order_ids])
        found = zip(order_ids, hashes, strict=True)
        return [from_record(order_id, fields) if fields else None for order_id, fields in found]

    async def page(self, cursor: str) -> tuple[list[Order], str]:
        """Some orders, in no particular order, and the cursor of the next page; the walk begins and
        ends with an empty cursor.

        An order that exists from the first page to the last comes at least once. Unreadable records
        are left out, and logged. Raises MalformedCursor.
        """
        records, after = await self.records(cursor)
        return [order for order, _ in records], after

    async def records(self, cursor: str) -> tuple[list[tuple[Order, Record]], str]:
        """The same, each with its record."""
        keys, after = await scan_keys(self._redis, _parse_cursor(cursor), ANY_ORDER, _KEYS_A_PAGE)
        hashes = zip(map(order_id_of, keys), await self._hashes(keys), strict=True)
        records = [record for one in hashes for record in _readable(*one)]
        return records, f"{after.node}:{after.cursor}" if after else ""

    async def _hashes(self, keys: Sequence[str]) -> list[dict[str, str]]:
        pipeline = self._redis.pipeline(transaction=False)
        for key in keys:
            pipeline.hgetall(key)
        return await pipeline.execute() if keys else []

    async def resend_mail(self, order: Order) -> None:
        """Puts the mail into the outbox again, unless it is still on its way."""
        outbox = partition_keys(partition_of(order.session_id)).outbox
        message = _resend_message(order)
        await self._resend(
            keys=[outbox, order_key(order.id)], args=[message, MailState.PENDING.value]
        )

    async def correct_email(self, order: Order, email: str, most: int) -> Correction:
        """Changes the address and sends the mail there, at most `most` times."""
        await self._upgrade.run(order.id)
        keys, key = partition_keys(partition_of(order.session_id)), order_key(order.id)
        return Correction(
            await self._correct(
                keys=[keys.mails, keys.failed_mails, key, keys.outbox],
                args=[order.id, email, most, _resend_message(order)],
            )
        )


def _resend_message(order: Order) -> str:
    return outbox_message(order.id, order.session_id, order.seats, order.buyer, Status.RESEND)


def _readable(order_id: str, fields: Mapping[str, str]) -> Iterator[tuple[Order, Record]]:
    """Empty if the order is gone, or unreadable."""
    if not fields:
        return
    try:
        partition_of_order(order_id)
        record = record_of(fields)
        yield order_of(order_id, fields, record), record
    except (ValueError, KeyError, TypeError) as error:
        # Not the error's text, which may quote the record.
        reason = type(error).__name__
        log.warning("order %s cannot be read (%s)", order_code(order_id), reason)


def _parse_cursor(cursor: str) -> ScanPlace:
    match = _CURSOR.fullmatch(cursor or "0:0")
    if match is None or int(match["cursor"]) >= 2**64:
        raise MalformedCursor(cursor)
    return ScanPlace(int(match["node"]), int(match["cursor"]))
