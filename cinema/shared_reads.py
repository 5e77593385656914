"""Answers all who wait for the same thing with one read, which begins after each of them has asked.

So an answer is never older than its question: somebody who asks while a read is under way shares the next one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class SharedReads(Generic[Key, Answer]):
    """At most one read of each key is under way, and one more waits to begin. Each read must end by itself."""

    def __init__(self) -> None:
        self._next: dict[Key, asyncio.Task[Answer]] = {}
        self._current: dict[Key, asyncio.Task[Answer]] = {}

    async def read(self, key: Key, begin: Callable[[], Awaitable[Answer]]) -> Answer:
        """What `begin` returns or raises. A reader that is cancelled leaves the read to the others."""
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
    """Its error is everybody's who waits; where nobody does any more, asyncio need not speak of it."""
    if not task.cancelled():
        task.exception()
