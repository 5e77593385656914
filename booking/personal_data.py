"""An operator's commands for one person (LGPD, articles 18 and 19): export and erasure of their
data.

A person is an e-mail address; the code or id of an order names that order alone. No list of people
exists, so a walk through all orders finds them.
"""

import json
import logging
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from booking.dataset import find_dataset
from booking.dataset_files import DatasetFileFault, DatasetFiles
from booking.order import Order
from booking.order_end import OrderEnd
from booking.order_record import Record
from booking.orders import OrderBook
from booking.redis_health import explain
from booking.seat_records import parse_sale
from booking.settings import BookingSettings
from cinema import mail_address
from cinema.keys import partition_keys, partition_of_order, session_keys
from cinema.order_code import order_code
from cinema.redis_connection import REDIS_ERRORS, connect
from cinema.service import CannotStart

log = logging.getLogger(__name__)

Json = dict[str, Any]
# Left out of the export: they open the order for every reader.
_SECRETS = ("link", "chave")


async def export_person(who: str, settings: BookingSettings) -> None:
    """Writes all stored data of the person to standard output, as a JSON array. Raises
    CannotStart."""
    async with _Archive(settings) as archive:
        await archive.refuse_stranger()
        found = [await archive.export(*one) async for one in archive.orders_of(who)]
    found.sort(key=lambda order: order["criado_em_ms"])
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    log.info("exported %d orders", len(found))


async def erase_person(who: str, settings: BookingSettings) -> None:
    """Safe to repeat. Raises CannotStart."""
    orders = erased = 0
    async with _Archive(settings) as archive:
        await archive.refuse_stranger()
        async for order, _ in archive.orders_of(who):
            orders += 1
            erased += await archive.end.erase(order)
    log.info("erased the personal data of %d orders; %d were found", erased, orders)


class _Archive:
    """The orders in Redis, for a command. Raises Redis' errors as CannotStart."""

    def __init__(self, settings: BookingSettings) -> None:
        self._redis: Any = connect(settings)  # every reply's type is a union over both protocols
        self._files = DatasetFiles(settings.secrets_dir, settings.redis_url)
        self.end = OrderEnd(self._redis)

    async def __aenter__(self) -> "_Archive":
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        await self._redis.aclose()
        if isinstance(error, DatasetFileFault):
            raise CannotStart(str(error)) from None
        if isinstance(error, REDIS_ERRORS):
            raise CannotStart(explain(error)) from None

    async def refuse_stranger(self) -> None:
        """In a wrong Redis the person has no orders, and the data would seem erased. Raises
        CannotStart."""
        found, kept = (await find_dataset(self._redis)).identity, self._files.identity()
        if not kept or found != kept:
            raise CannotStart(
                f"Redis {self._files.redis} has dataset {found or 'none'}, and "
                f"{self._files.folder.absolute()} knows "
                f"{kept or 'none'} for it: REDIS_URL and SECRETS_DIR must be those of the "
                f"booking server. "
                "Nothing was done"
            )

    async def orders_of(self, who: str) -> AsyncIterator[tuple[Order, Record]]:
        """Each order once, with its record. Orders made meanwhile may be missing."""
        book, cursor, seen = OrderBook(self._redis), "", set[str]()
        while True:
            records, cursor = await book.records(cursor)
            for order, record in records:
                if is_of(order, who) and order.id not in seen:
                    seen.add(order.id)
                    yield order, record
            if not cursor:
                return

    async def export(self, order: Order, record: Record) -> Json:
        """With the names of the record, the ledger and the contract."""
        return {
            "pedido_id": order.id,
            "codigo": order_code(order.id),
            **{name: value for name, value in record.items() if name not in _SECRETS},
            "criado_em_ms": order.created_at,
            "estado": "cancelado" if order.cancelled else "confirmado",
            "cancelado_em_ms": order.cancelled_at,
            "devolvidos": [asdict(one) for one in order.given_back],
            "dados_apagados_em_ms": order.erased_at,
            "email_estado": str(order.mail),
            "email_motivo": order.mail_reason,
            **await self._mails(order),
            "assentos_vendidos": await self._sales(order),
        }

    async def _mails(self, order: Order) -> Json:
        keys = partition_keys(partition_of_order(order.id))
        return {
            "email_a_enviar_em_ms": await self._redis.zscore(keys.mails, order.id),
            "email_falhou_em_ms": await self._redis.zscore(keys.failed_mails, order.id),
        }

    async def _sales(self, order: Order) -> Json:
        """With the keyed hashes of person and network, which end with the session's data."""
        sold = session_keys(order.session_id).sold
        texts = await self._redis.hmget(sold, list(order.seats))
        sales = {
            seat: parse_sale(order.session_id, text)
            for seat, text in zip(order.seats, texts, strict=True)
            if text
        }
        return {seat: asdict(sale) for seat, sale in sales.items() if sale.order == order.id}


def is_of(order: Order, who: str) -> bool:
    """Ignores upper and lower case, as most mail servers do, and spaces around the address."""
    if "@" in who:
        return bool(order.payer.email) and _folded(order.payer.email) == _folded(who)
    return who.strip() == order.id or who.strip().upper() == order_code(order.id)


def _folded(email: str) -> str:
    email = email.strip()
    try:
        return str(mail_address.parse(email, top_level_needed=False)).casefold()
    except mail_address.WrongAddress:  # as in orders from before addresses were checked
        return email.casefold()
