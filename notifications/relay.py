"""Delivers the outboxes' entries to a sink, in order, each until the sink has handled it."""

import asyncio
import logging
from collections.abc import Sequence
from itertools import groupby

from cinema.keys import PARTITIONS
from notifications.delivery_result import Dead, DeliveryResult, Done, Later
from notifications.outbox import Entry, Outbox
from notifications.rests import Rests
from notifications.sink import Sink, deliver_readable
from notifications.winding_down import completed_if_cancelled

log = logging.getLogger(__name__)


class Relay:
    """Removes an entry that is Done, and moves one that is Dead to the dead letters.

    One that is Later stays, with all behind it in its partition, which rests for a while. After a
    crash between effect and removal the entry is delivered again: the sink is idempotent.
    """

    def __init__(
        self, outbox: Outbox, sink: Sink, winding_down: asyncio.Event, drain_seconds: float
    ) -> None:
        self._outbox = outbox
        self._sink = sink
        self._winding_down = winding_down  # set: the sink completes what is under way
        self._drain_seconds = drain_seconds
        self._rests = Rests[int]()

    async def run(self) -> None:
        """Never returns. Cancelled, it has up to `drain_seconds` to complete deliveries.

        Raises what redis-py raises. It may be called again.
        """
        self._winding_down.clear()
        try:
            while True:
                await self._deliver_next()
        finally:
            await self._outbox.close()

    async def _deliver_next(self) -> None:
        awake = self._rests.awake(range(PARTITIONS))
        if not awake:
            await asyncio.sleep(self._rests.seconds_to_next())
            return
        entries = await self._outbox.read(awake)
        if entries:
            await completed_if_cancelled(
                self._deliver(entries), self._winding_down, self._drain_seconds
            )

    async def _deliver(self, entries: Sequence[Entry]) -> None:
        results = await deliver_readable(entries, Entry.notification, self._sink)
        pairs = zip(entries, results, strict=True)
        for partition, of_partition in groupby(pairs, key=lambda pair: pair[0].partition):
            await self._settle(partition, list(of_partition))

    async def _settle(self, partition: int, pairs: Sequence[tuple[Entry, DeliveryResult]]) -> None:
        done: list[Entry] = []
        for entry, result in pairs:
            match result:
                case Done():
                    done.append(entry)
                case Dead(reason):
                    log.error(
                        "entry %s of partition %d goes to the dead letters: %s",
                        entry.id,
                        partition,
                        reason,
                    )
                    await self._outbox.bury(entry, reason)
                case Later():
                    self._rests.begin(partition)
                    break
        else:
            self._rests.reset(partition)
        await self._outbox.remove(done)
