"""From the outboxes to whoever takes the notifications on, in order, each until it was taken."""

import asyncio
import logging
from collections.abc import Sequence
from itertools import groupby

from cinema.keys import PARTITIONS
from notifications.delivery_result import Dead, DeliveryResult, Done, Later
from notifications.outbox import Entry, Outbox
from notifications.rests import Rests
from notifications.sink import Sink, deliver_readable
from notifications.winding_down import carried_through

log = logging.getLogger(__name__)


class Relay:
    """An entry is removed once it is Done and moved to the dead letters once it is Dead.

    One that is Later stays, and so does everything behind it in its partition, which rests for a while. A crash between
    the effect and the removal brings an entry again: whoever takes it must not mind.
    """

    def __init__(
        self, outbox: Outbox, sink: Sink, winding_down: asyncio.Event, drain_seconds: float
    ) -> None:
        self._outbox = outbox
        self._sink = sink
        self._winding_down = winding_down  # tells the sink to bring things to their end
        self._drain_seconds = drain_seconds
        self._rests = Rests[int]()

    async def run(self) -> None:
        """For ever. When it is cancelled, what was taken on has up to `drain_seconds` to come to its end.

        Raises what redis-py raises. May be run again.
        """
        self._winding_down.clear()
        try:
            while True:
                await self._step()
        finally:
            await self._outbox.close()

    async def _step(self) -> None:
        awake = self._rests.awake(range(PARTITIONS))
        if not awake:
            await asyncio.sleep(self._rests.seconds_to_next())
            return
        entries = await self._outbox.read(awake)
        if entries:
            await carried_through(self._hand_over(entries), self._winding_down, self._drain_seconds)

    async def _hand_over(self, entries: Sequence[Entry]) -> None:
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
            self._rests.got_somewhere(partition)
        await self._outbox.remove(done)
