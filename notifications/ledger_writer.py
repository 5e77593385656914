"""The ledger for a running event loop."""

import asyncio
from collections.abc import Sequence

from notifications.batcher import Batcher
from notifications.ledger import Ledger
from notifications.ledger_format import KEY, Record

_AT_ONCE = 500  # records a write


class LedgerWriter:
    """Writes for many tasks. Those that come while a write is under way share the next one, and its fsync."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._batcher = Batcher(self._write, _AT_ONCE, OSError)

    async def put(self, record: Record) -> None:
        """The record is on disk when this returns, once. Raises OSError: then put it again."""
        await self._batcher.ask(record)

    async def _write(self, records: Sequence[Record]) -> Sequence[None]:
        newest = {record[KEY]: record for record in records}
        await asyncio.to_thread(self._ledger.put_all, newest.values())
        return [None] * len(records)
