"""Every order is recorded in the ledger and its mail is scheduled, or a message about it waits.

A message goes from the outbox to Kafka, and takes effect in the ledger. They are read in this
order, so what leaves one place meanwhile is found in the next.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from kafka.errors import KafkaError

from booking.order import Order
from cinema.keys import is_order_id, order_key, partition_keys, partition_of_order
from cinema.mail_state import MailState
from cinema.redis_connection import RedisClient
from cinema.retry import brief
from verify.findings import Check, Fault, Findings
from verify.ledger_file import LedgerFile, digest_of
from verify.reading import ask, in_batches
from verify.session_state import read_orders
from verify.waiting import Waiting, add_from_kafka, add_from_redis

_ORDERS_AT_ONCE = 200
_LOOKS, _PAUSE_SECONDS = 3, 1.0


class Announced:
    """Remembers the orders of which the ledger lacks something, and looks for their messages."""

    def __init__(self, redis: RedisClient, ledger: Path, kafka: str, findings: Findings) -> None:
        self._redis = redis
        self._kafka = kafka
        self._findings = findings
        self._ledger = LedgerFile(ledger)
        self._late: set[str] = set()

    async def begin(self) -> None:
        """Raises LedgerUnreadable."""
        await asyncio.to_thread(self._ledger.read)
        self._findings.checked[Check.LEDGER] = len(self._ledger.records)
        self._findings.add(self._ledger.faults)

    async def look(self, order_ids: Iterable[str]) -> None:
        order_ids = list(order_ids)
        self._findings.checked[Check.ANNOUNCED] += len(order_ids)
        self._late.update(await self._problems(order_ids))

    async def end(self) -> None:
        """After the walk through all orders."""
        waiting, is_complete = await self._waiting()
        for place, number in sorted(waiting.places.items()):
            self._findings.notes.append(f"{number:,} messages wait in {place}")
        late = dict.fromkeys(self._late - waiting.orders, "")
        for _ in range(_LOOKS):
            if late and is_complete:
                await asyncio.sleep(_PAUSE_SECONDS)
                waiting, is_complete = await self._waiting()
                await asyncio.to_thread(self._ledger.read)
                late = await self._problems(set(late) - waiting.orders)
        if is_complete:
            self._findings.add({_fault(Check.ANNOUNCED, *one) for one in late.items()})
        self._findings.add(await self._records_without_order())

    async def _problems(self, order_ids: Iterable[str]) -> dict[str, str]:
        """By order, a sentence."""
        found: dict[str, str] = {}
        for some in in_batches(order_ids, _ORDERS_AT_ONCE):
            orders = [order for order in (await read_orders(self._redis, some)).values() if order]
            unsent = await self._mails_not_due(orders)
            for order in orders:
                if problem := self._problem_of_record(order):
                    found[order.id] = problem
                elif order.id in unsent:
                    found[order.id] = "has a mail to send, which is not among the mails due"
        return found

    def _problem_of_record(self, order: Order) -> str:
        record = self._ledger.records.get(order.id)
        if record is None:
            return "is not in the ledger"
        return "" if record == digest_of(order) else "is not as its record in the ledger says"

    async def _mails_not_due(self, orders: Iterable[Order]) -> set[str]:
        pending = [order.id for order in orders if order.mail is MailState.PENDING]
        due = await ask(
            self._redis,
            [("zscore", partition_keys(partition_of_order(one)).mails, one) for one in pending],
        )
        return {order_id for order_id, at in zip(pending, due, strict=True) if at is None}

    async def _waiting(self) -> tuple[Waiting, bool]:
        """False: Kafka could not be read."""
        waiting = Waiting()
        await add_from_redis(self._redis, waiting)
        try:
            if self._kafka:
                await asyncio.to_thread(add_from_kafka, self._kafka, waiting)
        except KafkaError as error:
            sentence = f"Kafka at {self._kafka} cannot be read: {brief(error)}"
            self._findings.unchecked.append(sentence)
            return waiting, False
        return waiting, True

    async def _records_without_order(self) -> set[Fault]:
        """An order stays until long after its personal data were erased, in the ledger, too."""
        ids = [one for one in self._ledger.records if one not in self._ledger.erased]
        found = set[str]()
        for some in in_batches(filter(is_order_id, ids), _ORDERS_AT_ONCE):
            there = await ask(self._redis, [("exists", order_key(one)) for one in some])
            found.update(one for one, exists in zip(some, there, strict=True) if not exists)
        problem = "is in the ledger with its buyer's data, and Redis has no such order"
        return {_fault(Check.LEDGER, order_id, problem) for order_id in found}


def _fault(check: Check, order_id: str, problem: str) -> Fault:
    way = "; no message about it waits" if check is Check.ANNOUNCED else ""
    return Fault(check, order_id, "", f"order {order_key(order_id)} {problem}{way}")
