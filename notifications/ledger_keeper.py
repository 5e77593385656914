"""Keeps the ledger complete: rebuilds missing records from booking's orders."""

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

CHECK_SECONDS = 2.0
_RECORDS_A_WRITE = 500
_ORDERS_A_LOG_LINE = 10_000


class OrderPages(Protocol):
    async def page(self, cursor: str) -> tuple[Sequence[pb.Pedido], str]: ...


class LedgerKeeper:
    def __init__(
        self, ledger: Ledger, orders: OrderPages, check_seconds: float = CHECK_SECONDS
    ) -> None:
        self._ledger = ledger
        self._orders = orders
        self._check_seconds = check_seconds
        self._outage = OutageLog(log, every_trouble=True)

    async def run(self) -> None:
        """Never returns.

        Notices within seconds that the file was deleted or truncated, and rebuilds it.
        """
        while True:
            try:
                if not await asyncio.to_thread(self._ledger.is_whole):
                    await self.rebuild()
                self._outage.end()
            except (OSError, DependencyDown, TemporaryFailure) as error:
                trouble = f"the ledger cannot be compared with the orders now ({brief(error)})"
                self._outage.begin(trouble, waits=not isinstance(error, OSError))
            await asyncio.sleep(self._check_seconds)

    async def rebuild(self) -> int:
        """Puts the record of every order, and returns how many have changed. Safe to repeat.

        Raises OSError, DependencyDown and TemporaryFailure: then call it again.
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
                if (seen + len(waiting)) // _ORDERS_A_LOG_LINE > seen // _ORDERS_A_LOG_LINE:
                    log.info("the ledger: %d orders compared, %d records rebuilt", seen, changed)
                seen += len(waiting)
                waiting.clear()
        self._log_end(seen, changed, await asyncio.to_thread(self._ledger.prove))
        return changed

    def _log_end(self, seen: int, changed: int, without_order: int) -> None:
        log.log(
            logging.WARNING if changed or without_order else logging.INFO,
            "the ledger was compared with all %d orders: %d records rebuilt",
            seen,
            changed,
        )
        if without_order:
            log.warning("%d records are gone, and so are their orders", without_order)
