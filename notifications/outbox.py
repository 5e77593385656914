"""The outboxes in Redis, one stream a partition, and the dead letters beside them."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from redis.asyncio import Redis

from cinema.keys import PARTITIONS, partition_keys
from cinema.notification import MESSAGE_FIELD, Notification
from cinema.redis_connection import RedisClient
from cinema.streams import parse_entry_id, read_streams
from notifications.replication import Replication

REASON = "motivo"
_COUNT = 64  # entries of each partition that one XREAD returns
_MORE = 4_096  # further entries, of partitions that have more: one busy session may have them all
_LETTERS_A_READ = 500
_BLOCK_MS = 1_000
_PATIENCE_SECONDS = 4


@dataclass(frozen=True)
class Entry:
    """One entry of a partition's outbox."""

    partition: int
    id: str
    fields: Mapping[str, str]

    def notification(self) -> Notification:
        """With the time at which Redis added it. Raises Unreadable."""
        at_ms, _ = parse_entry_id(self.id)
        return Notification.parse(self.fields.get(MESSAGE_FIELD, "")).at(at_ms)


class Outbox:
    """Reads from the head: entries are read again until they are removed.

    Raises what redis-py raises.

    On one node one blocked XREAD reads all partitions.
    """

    def __init__(self, redis: RedisClient, blocking: RedisClient) -> None:
        self._redis = redis
        self._blocking = blocking
        self._replication = Replication(redis)

    async def read(self, partitions: Collection[int]) -> list[Entry]:
        """The first entries of these partitions, grouped by partition, in order.

        Waits up to a second for some. An entry that no replica has yet is left for the next read.
        """
        heads = await self._heads(partitions)
        more = await self._more({p: head[-1] for p, head in heads.items() if len(head) == _COUNT})
        replicated = await self._replicated(heads)
        return [entry for p in replicated for entry in (*heads[p], *more.get(p, ()))]

    async def _replicated(self, partitions: Collection[int]) -> Collection[int]:
        """Those whose entries a replica has.

        One node has all partitions, so one of them answers for all.
        """
        is_replicated = not partitions or await self._replication.reaches(next(iter(partitions)))
        return partitions if is_replicated else ()

    async def _heads(self, partitions: Collection[int]) -> dict[int, list[Entry]]:
        streams = {partition_keys(partition).outbox: partition for partition in partitions}
        found = await read_streams(
            self._blocking, dict.fromkeys(streams, "0"), _COUNT, _BLOCK_MS, _PATIENCE_SECONDS
        )
        return {
            streams[stream]: _entries(streams[stream], entries) for stream, entries in found.items()
        }

    async def _more(self, last: Mapping[int, Entry]) -> dict[int, list[Entry]]:
        """The entries behind these."""
        if not last:
            return {}
        pipeline = self._redis.pipeline(transaction=False)
        for partition, entry in last.items():
            outbox = partition_keys(partition).outbox
            pipeline.xrange(outbox, min=f"({entry.id}", count=_MORE // len(last))
        found = zip(last, await pipeline.execute(), strict=True)
        return {partition: _entries(partition, entries) for partition, entries in found}

    async def remove(self, entries: Sequence[Entry]) -> None:
        """Of one partition."""
        if entries:
            await self._redis.xdel(
                partition_keys(entries[0].partition).outbox, *(e.id for e in entries)
            )

    async def bury(self, entry: Entry, reason: str) -> None:
        """Moves it to the dead letters. A crash in between leaves it in both.

        Dead letters have no bound: dropping the oldest would drop an order's record. An operator
        replays them.
        """
        keys = partition_keys(entry.partition)
        letter: dict[Any, Any] = {**entry.fields, REASON: reason}
        await self._redis.xadd(keys.dead_letters, letter)
        await self._redis.xdel(keys.outbox, entry.id)

    async def replay_dead_letters(self) -> int:
        """Moves the present dead letters back into the outboxes, and returns their number."""
        return sum([await self._replay(partition) for partition in range(PARTITIONS)])

    async def _replay(self, partition: int) -> int:
        """Up to the newest one at the start: one that fails again meanwhile is not moved twice."""
        keys, count = partition_keys(partition), 0
        newest: Any = await self._redis.xrevrange(keys.dead_letters, count=1)
        while newest:
            letters: Any = await self._redis.xrange(
                keys.dead_letters, max=newest[0][0], count=_LETTERS_A_READ
            )
            if not letters:
                break
            for letter_id, fields in letters:
                fields.pop(REASON, None)
                await self._redis.xadd(keys.outbox, fields)
                await self._redis.xdel(keys.dead_letters, letter_id)
            count += len(letters)
        return count

    async def close(self) -> None:
        """Cancels reads that are under way."""


class ClusterOutbox(Outbox):
    """On a cluster one XREAD cannot span slots: each partition has its own."""

    def __init__(self, redis: RedisClient, blocking: RedisClient) -> None:
        super().__init__(redis, blocking)
        self._reads: dict[int, asyncio.Task[dict[int, list[Entry]]]] = {}

    async def _heads(self, partitions: Collection[int]) -> dict[int, list[Entry]]:
        for partition in partitions:
            if partition not in self._reads:
                self._reads[partition] = asyncio.create_task(super()._heads([partition]))
        wanted = [self._reads[partition] for partition in partitions]
        await asyncio.wait(wanted, return_when=asyncio.FIRST_COMPLETED)
        ended = [partition for partition in partitions if self._reads[partition].done()]
        return {p: head for one in ended for p, head in self._reads.pop(one).result().items()}

    async def _replicated(self, partitions: Collection[int]) -> Collection[int]:
        reached = await asyncio.gather(*map(self._replication.reaches, partitions))
        return list(compress(partitions, reached))

    async def close(self) -> None:
        reads = list(self._reads.values())
        self._reads.clear()
        for read in reads:
            read.cancel()
        await asyncio.gather(*reads, return_exceptions=True)


def open_outbox(redis: RedisClient, blocking: RedisClient) -> Outbox:
    return (Outbox if isinstance(redis, Redis) else ClusterOutbox)(redis, blocking)


def _entries(partition: int, found: Iterable[tuple[str, Any]]) -> list[Entry]:
    return [Entry(partition, entry_id, fields) for entry_id, fields in found]
