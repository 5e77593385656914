"""The ledger for a running event loop."""

import asyncio

from notifications.ledger import Ledger
from notifications.ledger_format import KEY, Record


class LedgerWriter:
    """Writes for many tasks. Those that come while a write is under way share the next one."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: dict[object, Record] = {}
        self._writing = asyncio.Lock()

    async def put(self, record: Record) -> None:
        """The record is on disk when this returns, once. Raises OSError: then put it again."""
        self._waiting[record[KEY]] = record
        async with self._writing:
            if record[KEY] not in self._waiting:
                return  # an earlier write took it along
            batch = dict(self._waiting)
            # A caller that gives up here leaves the batch waiting, and the next one writes it again: it is idempotent.
            await asyncio.to_thread(self._ledger.put_all, batch.values())
            for key in batch:
                self._waiting.pop(key, None)
