"""Fans the public events in Redis out to everybody who watches a session.

One reader a process (on a cluster one a partition, since an XREAD cannot span slots) reads only the
partitions of sessions that have watchers. A watcher starts to listen and then reads a snapshot: it
drops events that are older than the snapshot, and asks for a new snapshot at a gap in the versions.
So it misses nothing, and nothing is stored here.

Redis keeps the last thousand events of a partition. A reader that fell further behind cannot know
whose events it missed, so all watchers of the partition get a new snapshot. So do the watchers of a
session whose versions fell (its Redis was flushed, or came back with other data), and all watchers
when sales are paused or resumed.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import cinema_pb2 as pb
from booking.newest_events import NewestEvents
from booking.stream_reader import StreamReader
from cinema.keys import PARTITIONS, partition_keys, partition_of, session_keys
from cinema.redis_connection import REDIS_ERRORS, RedisClient
from cinema.retry import Backoff
from cinema.streams import Entry, parse_entry_id

_EVENTS_A_WATCHER = 1_000
_UPDATES_A_BATCH = 64  # of 200 seats each, far below gRPC's limit of 4 MB a message
# No session reaches this version, so it is a gap for every watcher.
_HOLE = pb.Atualizacao(versao=2**62)
_STATES = {
    "held": pb.StatusReserva.BLOQUEADO_TEMP,
    "sold": pb.StatusReserva.RESERVADO,
    "free": pb.StatusReserva.DISPONIVEL,
}


class FeedLost(Exception):
    """The feed has lost Redis, or is closing: the watch ends, and the watcher may return."""

    def __str__(self) -> str:
        return "the event feed is not open"


class Watcher:
    """The events that one stream has not sent yet; bounded, so a slow watcher costs a snapshot, not
    memory."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[tuple[int, pb.Atualizacao] | None] = asyncio.Queue(
            _EVENTS_A_WATCHER
        )
        self._overflowed = False

    def put(self, update: pb.Atualizacao, at_ms: int = 0) -> None:
        """`at_ms` is the time of the change, by Redis' clock."""
        try:
            self._waiting.put_nowait((at_ms, update))
        except asyncio.QueueFull:
            self._overflowed = True

    def end(self) -> None:
        while self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def updates_after(
        self, version: int, at_ms: int = 0
    ) -> AsyncIterator[list[pb.Atualizacao]]:
        """Every update after a snapshot of `version`, read at `at_ms`: all waiting ones at once,
        never none.

        Ends where continuity is lost. Raises FeedLost. Drops an update that the snapshot includes.
        A younger one with a lower version ends it, and so does an older one with the next: Redis
        has come back with other data.
        """
        while not self._overflowed:
            batch: list[pb.Atualizacao] = []
            goes_on = True
            while goes_on and (not batch or self._has_more_for(batch)):
                waiting = await self._waiting.get()
                if waiting is None:
                    raise FeedLost
                happened_ms, update = waiting
                if update.versao == version + 1 and happened_ms >= at_ms:
                    version, at_ms = update.versao, happened_ms
                    batch.append(update)
                else:
                    goes_on = update.versao <= version and happened_ms <= at_ms
            if batch:
                yield batch
            if not goes_on:
                return
        self._drop_waiting()

    def _has_more_for(self, batch: list[pb.Atualizacao]) -> bool:
        return len(batch) < _UPDATES_A_BATCH and not self._waiting.empty()

    def _drop_waiting(self) -> None:
        self._overflowed = False
        while not self._waiting.empty():
            if self._waiting.get_nowait() is None:
                raise FeedLost


class SeatFeed:
    """Notes the id of every event that it reads in `newest`."""

    def __init__(
        self,
        redis: RedisClient,
        cluster: bool,
        patience: float,
        newest: NewestEvents | None = None,
    ) -> None:
        self._redis = redis
        self._patience = patience
        self._newest = NewestEvents() if newest is None else newest
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)
        readers = [self._new_reader() for _ in range(PARTITIONS if cluster else 1)]
        self._readers = readers if cluster else readers * PARTITIONS  # by partition
        self._open = asyncio.Event()

    def _new_reader(self) -> StreamReader:
        return StreamReader(self._redis, self._patience, self._publish, self._resync_partition)

    @property
    def watchers(self) -> int:
        return sum(len(watchers) for watchers in self._watchers.values())

    async def wait_until_open(self) -> None:
        """Raises FeedLost if Redis does not come back in time."""
        try:
            async with asyncio.timeout(self._patience):
                # In a loop: the feed may close between `set` and this task's turn.
                while not self._open.is_set():
                    await self._open.wait()
        except TimeoutError:
            raise FeedLost from None

    @asynccontextmanager
    async def watch(self, session_id: str) -> AsyncIterator[Watcher]:
        """In the block the watcher gets every change of the session. Raises one of REDIS_ERRORS."""
        watcher = Watcher()
        partition = partition_of(session_id)
        self._watchers[session_id].add(watcher)
        try:
            async with self._readers[partition].listening(partition_keys(partition).events):
                yield watcher
        finally:
            self._watchers[session_id].discard(watcher)
            if not self._watchers[session_id]:
                del self._watchers[session_id]

    async def run(self, backoff: Backoff) -> None:
        """Reads until Redis fails; then ends every watch and raises one of REDIS_ERRORS."""
        try:
            async with asyncio.timeout(self._patience):
                await self._redis.ping()
            backoff.reset()
            self._open.set()
            async with asyncio.TaskGroup() as group:
                for reader in dict.fromkeys(self._readers):
                    group.create_task(reader.run())
        # Not `except*`: it would wrap the error in a group, which callers do not expect.
        except ExceptionGroup as failed:
            raise _redis_error_of(failed) from None
        finally:
            self.close()

    def resync_all(self) -> None:
        """Every watcher gets a new snapshot."""
        self.resync(self._watchers)

    def close(self) -> None:
        """Ends every watch."""
        self._open.clear()
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.end()

    def resync(self, session_ids: Collection[str]) -> None:
        """The watchers of these sessions get new snapshots."""
        for session_id in session_ids:
            for watcher in self._watchers.get(session_id, ()):
                watcher.put(_HOLE)

    def _resync_partition(self, stream: str) -> None:
        self.resync([one for one in self._watchers if session_keys(one).partition.events == stream])

    def _publish(self, stream: str, entry: Entry) -> None:
        entry_id, fields = entry
        self._newest.note(stream, entry_id)
        watchers = self._watchers.get(fields["session"])
        if watchers:
            at_ms, _ = parse_entry_id(entry_id)
            update = _update(at_ms, fields)
            for watcher in watchers:
                watcher.put(update, at_ms)


def _update(entry_ms: int, fields: dict[str, str]) -> pb.Atualizacao:
    """An event as the contract's message. The rest of a hold counts from the event's own `at`:
    entry ids do not go back when Redis' clock is set back. Earlier versions wrote no `at`."""
    at_ms = int(fields.get("at", entry_ms))
    return pb.Atualizacao(
        versao=int(fields["version"]),
        meias_vendidas=int(fields["half_price_sold"]) if "half_price_sold" in fields else None,
        mudancas=[
            pb.EstadoAssento(
                assento=change["seat"],
                estado=_STATES[change["state"]],
                restante_ms=max(0, int(change["deadline"]) - at_ms) if "deadline" in change else 0,
                motivo=change.get("reason", ""),
                marca=change["tag"],
            )
            for change in json.loads(fields["changes"])
        ],
    )


def _redis_error_of(group: ExceptionGroup[Exception]) -> Exception:
    """The first of REDIS_ERRORS if all readers failed with one, else the group: no bug is
    hidden."""
    redis_errors, others = group.split(REDIS_ERRORS)
    return group if others or not redis_errors else redis_errors.exceptions[0]
