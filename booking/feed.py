"""Fans the public events in Redis out to everybody who watches a session.

One reader a process (on a cluster one a partition, since an XREAD cannot span slots). Whoever watches
first starts to listen and then reads a snapshot: what is older than the snapshot is dropped, and a hole
in the versions means a new snapshot. So nothing is missed, and nothing is stored here.

Redis keeps a partition's last thousand events. A reader that fell further behind cannot know whose
events it missed, so everybody who watches the partition gets a new snapshot. So does everybody whose session
has begun to count its versions from below (its Redis was flushed, or came back with other data), and everybody
there is when sales are paused or resumed.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import cinema_pb2 as pb
from booking.stream_ids import parse_age
from cinema.keys import PARTITIONS, partition_keys, session_keys
from cinema.redis_connection import REDIS_ERRORS, RedisClient
from cinema.retry import Backoff

_BLOCK_MS = 1_000
_EVENTS_A_READ = 500
_EVENTS_A_WATCHER = 1_000
# No session gets as far as this version, so it is a hole for everybody.
_HOLE = pb.Atualizacao(versao=2**62)
_STATES = {
    "held": pb.StatusReserva.BLOQUEADO_TEMP,
    "sold": pb.StatusReserva.RESERVADO,
    "free": pb.StatusReserva.DISPONIVEL,
}


class FeedLost(Exception):
    """The feed has lost Redis, or is closing: the watch ends, and the watcher may come again."""

    def __str__(self) -> str:
        return "the event feed is not open"


class Watcher:
    """What one stream has still to be told; bounded, so that a slow one costs a snapshot, not memory."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[tuple[int, pb.Atualizacao] | None] = asyncio.Queue(
            _EVENTS_A_WATCHER
        )
        self._overflowed = False

    def put(self, update: pb.Atualizacao, at_ms: int = 0) -> None:
        """`at_ms` is when it happened, by Redis' clock."""
        try:
            self._waiting.put_nowait((at_ms, update))
        except asyncio.QueueFull:
            self._overflowed = True

    def end(self) -> None:
        while self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def updates_after(self, version: int, at_ms: int = 0) -> AsyncIterator[pb.Atualizacao]:
        """Every update after a snapshot of `version`, read at `at_ms`; ends where continuity is lost. Raises FeedLost.

        An update that the snapshot has already is dropped, but not one that is younger than the snapshot and yet has a
        lower version.
        """
        while not self._overflowed:
            told = await self._waiting.get()
            if told is None:
                raise FeedLost
            told_ms, update = told
            if update.versao > version + 1 or (update.versao <= version and told_ms > at_ms):
                return
            if update.versao == version + 1:
                version, at_ms = update.versao, told_ms
                yield update
        self._forget()

    def _forget(self) -> None:
        self._overflowed = False
        while not self._waiting.empty():
            if self._waiting.get_nowait() is None:
                raise FeedLost


class SeatFeed:
    def __init__(self, redis: RedisClient, cluster: bool, patience: float) -> None:
        self._redis = redis
        self._patience = patience
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)
        streams = [partition_keys(partition).events for partition in range(PARTITIONS)]
        self._groups = [[stream] for stream in streams] if cluster else [streams]
        self._open = asyncio.Event()
        self.newest: dict[str, str] = {}  # by stream the id of the last event that was read

    @property
    def watchers(self) -> int:
        return sum(len(watchers) for watchers in self._watchers.values())

    async def wait_until_open(self) -> None:
        """Raises FeedLost where Redis does not come back in time."""
        try:
            async with asyncio.timeout(self._patience):
                # Asked again: it may have closed between being set and our turn.
                while not self._open.is_set():
                    await self._open.wait()
        except TimeoutError:
            raise FeedLost from None

    @contextmanager
    def watch(self, session_id: str) -> Iterator[Watcher]:
        watcher = Watcher()
        self._watchers[session_id].add(watcher)
        try:
            yield watcher
        finally:
            self._watchers[session_id].discard(watcher)
            if not self._watchers[session_id]:
                del self._watchers[session_id]

    async def run(self, backoff: Backoff) -> None:
        """Reads until Redis fails, and raises one of REDIS_ERRORS then, when every watch has been ended."""
        try:
            positions = [await self._positions(streams) for streams in self._groups]
            backoff.reset()
            self._open.set()
            async with asyncio.TaskGroup() as group:
                for position in positions:
                    group.create_task(self._read(position))
        # Not `except*`, which would wrap what is raised here into another group, past whoever waits for a Redis error.
        except ExceptionGroup as failed:
            raise _redis_error_of(failed) from None
        finally:
            self.close()

    def renew(self) -> None:
        """A new snapshot for everybody who watches."""
        self.look_again(self._watchers)

    def close(self) -> None:
        """Ends every watch."""
        self._open.clear()
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.end()

    async def _positions(self, streams: Sequence[str]) -> dict[str, str]:
        pipeline = self._redis.pipeline(transaction=False)
        for stream in streams:
            pipeline.xrevrange(stream, count=1)
        async with asyncio.timeout(self._patience):
            last = await pipeline.execute()
        return {
            stream: str(entries[0][0]) if entries else "0-0"
            for stream, entries in zip(streams, last, strict=True)
        }

    async def _read(self, position: dict[Any, Any]) -> None:
        while True:
            # A connection that died without a word is noticed by this deadline, not by TCP's.
            async with asyncio.timeout(_BLOCK_MS / 1000 + self._patience):
                reply = await self._redis.xread(position, count=_EVENTS_A_READ, block=_BLOCK_MS)
            for stream, entries in _streams(reply):
                # Only a full batch can have been preceded by more than Redis keeps.
                if len(entries) == _EVENTS_A_READ and await self._was_trimmed(
                    stream, position[stream]
                ):
                    self._lose_continuity(stream)
                for entry_id, fields in entries:
                    self._publish(entry_id, fields)
                self.newest[stream] = position[stream] = entries[-1][0]

    async def _was_trimmed(self, stream: str, position: str) -> bool:
        """Whether entries after `position` may have been dropped, as far as one can tell."""
        async with asyncio.timeout(self._patience):
            oldest = await self._redis.xrange(stream, count=1)
        return not oldest or parse_age(str(oldest[0][0])) > parse_age(position)

    def look_again(self, session_ids: Collection[str]) -> None:
        """Whoever watches one of the sessions gets a new snapshot."""
        for session_id in session_ids:
            for watcher in self._watchers.get(session_id, ()):
                watcher.put(_HOLE)

    def _lose_continuity(self, stream: str) -> None:
        self.look_again(
            [one for one in self._watchers if session_keys(one).partition.events == stream]
        )

    def _publish(self, entry_id: str, fields: dict[str, str]) -> None:
        watchers = self._watchers.get(fields["session"])
        if watchers:
            at_ms, _ = parse_age(entry_id)
            update = _update(at_ms, fields)
            for watcher in watchers:
                watcher.put(update, at_ms)


def _streams(reply: Any) -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """XREAD's reply: a list of pairs under RESP2, a map of lists under RESP3."""
    if not reply:
        return
    if isinstance(reply, dict):
        for stream, batches in reply.items():
            yield stream, [entry for batch in batches for entry in batch]
    else:
        yield from reply


def _update(entry_ms: int, fields: dict[str, str]) -> pb.Atualizacao:
    """An event as the contract has it. What is left of a hold counts from the event's own time: the entries' ids, which
    are all that a booking server of an earlier version wrote, do not go back where Redis' clock was set back."""
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
    """The first of REDIS_ERRORS where the readers failed of nothing else, or else the group: a bug is not hidden."""
    redis_errors, others = group.split(REDIS_ERRORS)
    return group if others or not redis_errors else redis_errors.exceptions[0]
