"""Calls to one Redis server: over one wire that all share, or over a wire of their own.

The first call opens the wire. If that fails, the waiting calls were not sent, and fail with the
reason.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from cinema.redis_scripts.wire import Call, Wire, open_wire
from cinema.retry import Backoff

MOST_CALLS = 20_000  # as many as may wait in booking's server
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.01, 0.1  # seconds between two attempts to connect


class TooManyCalls(RedisError):
    """Too many calls wait for Redis. This one was not sent."""


class RedisNode:
    """`patience`: seconds that a call may take, connecting included.

    `most_wires`: a bound on the unshared wires.
    """

    def __init__(
        self, connection: Callable[[], AbstractConnection], patience: float, most_wires: int
    ) -> None:
        self._connection = connection
        self._patience = patience
        self._wire: Wire | None = None
        self._unsent: list[Call] = []
        self._opening: asyncio.Task[None] | None = None
        self._backoff = Backoff(_SHORTEST_PAUSE, _LONGEST_PAUSE)
        self._pause = 0.0
        self._wires: set[Wire] = set()
        self._idle: list[Wire] = []  # unshared wires that no call uses
        self._places = asyncio.Semaphore(most_wires)

    @property
    def under_way(self) -> int:
        """How many calls over the shared wire wait for their replies."""
        return self._wire.under_way if self._wire else 0

    def send(self, packed: bytes, unheard: int = 0) -> "asyncio.Future[Any]":
        """The reply to the last packed command, after `unheard` others. Raises TooManyCalls."""
        if len(self._unsent) + self.under_way >= MOST_CALLS:
            raise TooManyCalls(f"{MOST_CALLS} calls are waiting for Redis")
        loop = asyncio.get_running_loop()
        if not self._unsent:
            loop.call_soon(self._flush)
        reply = loop.create_future()
        self._unsent.append(Call(packed, reply, loop.time() + self._patience, unheard))
        return reply

    async def send_alone(self, packed: Sequence[bytes]) -> list[Any]:
        """The replies to commands that may block their connection."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._patience), self._own_wire() as wire:
            deadline = loop.time() + self._patience
            calls = [Call(one, loop.create_future(), deadline) for one in packed]
            wire.write(calls)
            return await asyncio.gather(*(call.reply for call in calls))

    @asynccontextmanager
    async def _own_wire(self) -> AsyncIterator[Wire]:
        """A wire for one call. It is kept for the next call if all its replies have arrived."""
        async with self._places:
            wire = self._idle.pop() if self._idle else await self._new_wire()
            try:
                yield wire
            finally:
                if wire.under_way or wire.is_left:
                    wire.abort()
                else:
                    self._idle.append(wire)

    def _flush(self) -> None:
        if self._wire:
            calls, self._unsent = self._unsent, []
            self._wire.write(calls)
        elif self._opening is None:
            self._opening = asyncio.create_task(self._open())

    async def _open(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await asyncio.sleep(self._pause)
                self._wire = await self._new_wire()
        except Exception as fault:  # noqa: BLE001 - raised at each caller
            self._pause = self._backoff.delay()
            self._refuse(fault)
        else:
            self._backoff.reset()
            self._pause = 0.0
            self._flush()
        finally:
            self._opening = None

    async def _new_wire(self) -> Wire:
        wire = await open_wire(self._connection(), self._left)
        self._wires = {wire, *(one for one in self._wires if not one.ended.is_set())}
        return wire

    def _left(self, wire: Wire) -> None:
        if wire is self._wire:
            self._wire = None
        if wire in self._idle:
            self._idle.remove(wire)

    def _refuse(self, fault: Exception) -> None:
        calls, self._unsent = self._unsent, []
        for call in calls:
            if not call.reply.done():
                call.reply.set_exception(fault)

    async def aclose(self) -> None:
        """Calls under way fail with Unanswered."""
        if self._opening:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        self._refuse(RedisConnectionError("the connections to Redis are closed"))
        wires, self._wires = self._wires, set()
        for wire in wires:
            wire.abort()
        for wire in wires:
            await wire.ended.wait()


class OneNode:
    """The server that the client's pool connects to: the only one, or Sentinel's master."""

    def __init__(self, redis: Redis, patience: float, most_wires: int) -> None:
        self._node = RedisNode(redis.connection_pool.make_connection, patience, most_wires)

    @property
    def under_way(self) -> int:
        return self._node.under_way

    def send(self, packed: bytes, key: str) -> "asyncio.Future[Any]":
        return self._node.send(packed)

    async def send_alone(self, packed: Sequence[bytes], key: str) -> list[Any]:
        return await self._node.send_alone(packed)

    async def aclose(self) -> None:
        await self._node.aclose()
