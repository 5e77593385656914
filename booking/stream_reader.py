"""Reads the event streams that have listeners, all with one blocked XREAD.

A stream without listeners costs nothing. A stream's first listener interrupts the blocked read,
which then includes it. Interrupting closes the connection, which is cheaper than a read that names
every stream.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from cinema.keys import EVENTS_KEPT
from cinema.redis_connection import RedisClient
from cinema.streams import Entry, parse_entry_id, read_streams

_BLOCK_MS = 1_000
_EVENTS_A_READ = EVENTS_KEPT // 2
_GATHER_SECONDS = 0.005  # listeners that come together interrupt once
# Pause after a read with events, so that the next one brings many at the same cost.
_REST_SECONDS = 0.005


class StreamReader:
    """`on_event` gets each event of a stream; `on_gap` each stream of which events may have been
    dropped unread.

    On a cluster the streams of one reader must live in one slot.
    """

    def __init__(
        self,
        redis: RedisClient,
        patience: float,
        on_event: Callable[[str, Entry], None],
        on_gap: Callable[[str], None],
    ) -> None:
        self._redis = redis
        self._patience = patience
        self._on_event = on_event
        self._on_gap = on_gap
        self._listeners = Counter[str]()
        self._positions: dict[str, str] = {}  # by stream: the last event that was read
        self._added = asyncio.Event()
        self._blocked: asyncio.Timeout | None = None
        self._is_interrupted = False

    @asynccontextmanager
    async def listening(self, stream: str) -> AsyncIterator[None]:
        """In the block every event of the stream reaches `on_event`. Raises one of REDIS_ERRORS."""
        self._listeners[stream] += 1
        try:
            if stream not in self._positions:
                await self._start_listening(stream)
            yield
        finally:
            self._listeners[stream] -= 1
            if not self._listeners[stream]:
                del self._listeners[stream]
                self._positions.pop(stream, None)

    async def _start_listening(self, stream: str) -> None:
        async with asyncio.timeout(self._patience):
            last: Any = await self._redis.xrevrange(stream, count=1)
        # Another listener may have set the position, and the read may have moved it since.
        if stream not in self._positions:
            self._positions[stream] = str(last[0][0]) if last else "0-0"
            self._added.set()
            self._interrupt()

    def _interrupt(self) -> None:
        if self._blocked is not None and not self._is_interrupted:
            self._is_interrupted = True
            self._blocked.reschedule(asyncio.get_running_loop().time() + _GATHER_SECONDS)

    async def run(self) -> None:
        """Raises one of REDIS_ERRORS when Redis fails; then no stream has a listener."""
        try:
            while True:
                while not self._positions:
                    self._added.clear()
                    await self._added.wait()
                if await self._read_once():
                    await asyncio.sleep(_REST_SECONDS)
        finally:
            self._positions.clear()

    async def _read_once(self) -> bool:
        """Whether it read any events."""
        asked = dict(self._positions)
        brought = await self._wait_for_events(asked)
        for stream, entries in brought.items():
            # A stream whose listeners left and came back has another position.
            if self._positions.get(stream) != asked[stream]:
                continue
            # Only before a full batch may Redis have trimmed unread events.
            if len(entries) == _EVENTS_A_READ and await self._was_trimmed(stream, asked[stream]):
                self._on_gap(stream)
            for entry in entries:
                self._on_event(stream, entry)
            if stream in self._positions:
                self._positions[stream] = entries[-1][0]
        return bool(brought)

    async def _wait_for_events(self, positions: dict[str, str]) -> dict[str, list[Entry]]:
        """Returns early, with nothing, when `_interrupt` asks for it."""
        self._is_interrupted = False
        try:
            async with asyncio.timeout(None) as self._blocked:
                return await read_streams(
                    self._redis, positions, _EVENTS_A_READ, _BLOCK_MS, self._patience
                )
        except TimeoutError:
            if not self._is_interrupted:
                raise
            return {}
        finally:
            self._blocked = None

    async def _was_trimmed(self, stream: str, position: str) -> bool:
        """Whether entries after `position` may have been dropped."""
        async with asyncio.timeout(self._patience):
            oldest = await self._redis.xrange(stream, count=1)
        return not oldest or parse_entry_id(str(oldest[0][0])) > parse_entry_id(position)
