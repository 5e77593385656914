"""Keeps the ledger whole: a record that is missing is made again from its order, which booking has."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

import cinema_pb2 as pb
from cinema.logs import OutageLog
from cinema.retry import brief
from notifications.dependency import DependencyDown, TemporaryFailure
from notifications.ledger import Ledger
from notifications.ledger_record import record_of

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
_RECORDS_A_WRITE = 500
_SAID_EVERY = 10_000  # orders


class OrderPages(Protocol):
    async def page(self, cursor: str) -> tuple[Sequence[pb.Pedido], str]: ...


class LedgerKeeper:
    def __init__(
        self, ledger: Ledger, orders: OrderPages, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self._ledger = ledger
        self._orders = orders
        self._look_seconds = look_seconds
        self._outage = OutageLog(log, every_trouble=True)

    async def run(self) -> None:
        """For ever: notices within seconds that the file was deleted or cut short, and rebuilds it."""
        while True:
            try:
                if not await asyncio.to_thread(self._ledger.is_whole):
                    await self.rebuild()
                self._outage.end()
            except (OSError, DependencyDown, TemporaryFailure) as error:
                trouble = f"the ledger cannot be compared with the orders now ({brief(error)})"
                self._outage.begin(trouble, waits=False)
            await asyncio.sleep(self._look_seconds)

    async def rebuild(self) -> int:
        """Puts the record of every order, and returns how many differed or were missing. Safe to repeat.

        Raises OSError, DependencyDown and TemporaryFailure: then begin again.
        """
        seen = changed = 0
        waiting = list[pb.Pedido]()
        cursor, is_last = "", False
        while not is_last:
            orders, cursor = await self._orders.page(cursor)
            waiting += orders
            is_last = not cursor
            if len(waiting) >= _RECORDS_A_WRITE or is_last:
                changed += await asyncio.to_thread(self._ledger.put_all, map(record_of, waiting))
                if (seen + len(waiting)) // _SAID_EVERY > seen // _SAID_EVERY:
                    log.info("the ledger: %d orders compared, %d records made", seen, changed)
                seen += len(waiting)
                waiting.clear()
        self._log_end(seen, changed, await asyncio.to_thread(self._ledger.prove))
        return changed

    def _log_end(self, seen: int, changed: int, without_order: int) -> None:
        log.log(
            logging.WARNING if changed or without_order else logging.INFO,
            "the ledger was compared with all %d orders: %d records made again",
            seen,
            changed,
        )
        if without_order:
            log.warning("%d records are gone whose orders are gone, too", without_order)
