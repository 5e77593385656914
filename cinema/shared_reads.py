"""Shares reads: callers that wait for one key share one read, which begins after they asked.

So no result is older than its request: a caller that comes during a read shares the next one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class SharedReads(Generic[Key, Answer]):
    """At most one read of each key is under way, and one more waits.

    Reads must have deadlines of their own.
    """

    def __init__(self) -> None:
        self._next: dict[Key, asyncio.Task[Answer]] = {}
        self._current: dict[Key, asyncio.Task[Answer]] = {}

    async def read(self, key: Key, begin: Callable[[], Awaitable[Answer]]) -> Answer:
        """What `begin` returns or raises. Cancelling one caller does not cancel the read."""
        task = self._next.get(key)
        if task is None:
            task = asyncio.create_task(self._after(self._current.get(key), key, begin))
            task.add_done_callback(_retrieve)
            self._next[key] = task
        return await asyncio.shield(task)

    async def _after(
        self,
        current: asyncio.Task[Answer] | None,
        key: Key,
        begin: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        if current is not None:
            await asyncio.wait([current])
        self._current[key] = self._next.pop(key)
        try:
            return await begin()
        finally:
            del self._current[key]


def _retrieve(task: "asyncio.Task[Answer]") -> None:
    """Every caller gets the error; without callers, asyncio must not log it as never retrieved."""
    if not task.cancelled():
        task.exception()
