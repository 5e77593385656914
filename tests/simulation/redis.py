"""A small Redis for relay and feed: streams and the lease, over links that are slow and break.

`tests/simulation/test_redis.py` compares its answers with a real Redis.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from redis.exceptions import ConnectionError as LinkBroken

from cinema.streams import Entry, parse_entry_id
from tests.simulation.loop import SimulatedLoop

TRAVEL_SECONDS = 0.01
SLOW_SECONDS = 5.0  # now and then
LOST, SLOW = 0.02, 0.01  # how likely, for a request or a reply


class SimulatedRedis:
    """Each command takes effect at one moment, whatever happens to its caller."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.streams: dict[str, list[Entry]] = {}
        self.starts = 0
        self.is_down = False
        self.lease: dict[str, tuple[str, int]] = {}  # holder and deadline, by key
        self.now_ms = now_ms
        self._last_ids: dict[str, tuple[int, int]] = {}
        self._blocked: list[tuple[dict[str, str], int, asyncio.Future[Any]]] = []

    def stop(self) -> None:
        """Its streams are lost, and so is whatever is under way."""
        self.is_down = True
        self.starts += 1
        self.streams.clear()
        blocked, self._blocked = self._blocked, []
        for _, _, reply in blocked:
            _settle(reply.set_exception, reply, LinkBroken("Redis was stopped"))

    def xadd(self, stream: str, fields: Mapping[str, str], keep: int | None = None) -> str:
        at_ms, number = self._last_ids.get(stream, (0, 0))
        now = self.now_ms()
        new = (now, 0) if now > at_ms else (at_ms, number + 1)
        self._last_ids[stream] = new
        entries = self.streams.setdefault(stream, [])
        entries.append((f"{new[0]}-{new[1]}", dict(fields)))
        if keep is not None:
            del entries[:-keep]
        self._wake_readers()
        return entries[-1][0]

    def xdel(self, stream: str, *ids: str) -> int:
        before = self.streams.get(stream, [])
        self.streams[stream] = [entry for entry in before if entry[0] not in ids]
        return len(before) - len(self.streams[stream])

    def xrange(self, stream: str, after: str = "", count: int | None = None) -> list[Entry]:
        entries = self.streams.get(stream, [])
        return [one for one in entries if not after or _is_after(one, after)][:count]

    def xrevrange(self, stream: str, count: int) -> list[Entry]:
        return self.streams.get(stream, [])[::-1][:count]

    def xread(self, positions: Mapping[str, str], count: int) -> list[list[Any]]:
        found = ((stream, self.xrange(stream, at, count)) for stream, at in positions.items())
        return [[stream, entries] for stream, entries in found if entries]

    def read_later(
        self, positions: dict[str, str], count: int, reply: "asyncio.Future[Any]"
    ) -> None:
        """The first of its streams to get an entry answers a blocked XREAD."""
        self._blocked.append((positions, count, reply))

    def take_lease(self, key: str, asking: str, wanted_ms: int) -> int:
        """As lua/lease.lua."""
        now = self.now_ms()
        holder, deadline = self.lease.get(key, (None, 0))
        if holder is not None and holder != asking and deadline > now:
            return 0
        if wanted_ms == 0:
            if holder == asking:
                del self.lease[key]
            return 0
        self.lease[key] = asking, now + wanted_ms
        return 1

    def _wake_readers(self) -> None:
        blocked, self._blocked = self._blocked, []
        for positions, count, reply in blocked:
            found = self.xread(positions, count)
            if found and not reply.done():
                reply.set_result((found, self.starts))
            elif not reply.done():
                self._blocked.append((positions, count, reply))


class Link:
    """What a process has of redis-py. A request or a reply may be lost, or slow."""

    def __init__(self, loop: SimulatedLoop, server: SimulatedRedis) -> None:
        self.is_reliable = False
        self._loop = loop
        self._server = server
        # Not the caller's: a killed process leaves its requests on the way.
        self._context = loop.outside

    async def ping(self) -> bool:
        return bool(await self.call(lambda: True))

    async def get(self, _key: str) -> None:
        """Of the dataset's schema: there is none yet."""
        await self.call(lambda: None)

    async def xadd(self, stream: str, fields: Mapping[str, str]) -> Any:
        return await self.call(lambda: self._server.xadd(stream, fields))

    async def xdel(self, stream: str, *ids: str) -> Any:
        return await self.call(lambda: self._server.xdel(stream, *ids))

    async def xrange(self, stream: str, count: int) -> Any:
        return await self.call(lambda: self._server.xrange(stream, count=count))

    async def xrevrange(self, stream: str, count: int) -> Any:
        return await self.call(lambda: self._server.xrevrange(stream, count))

    async def xread(self, positions: dict[str, str], count: int, block: int) -> Any:
        """A lost connection ends the wait, too."""
        end = self._loop.time() + block / 1_000
        found = await self.call(lambda: self._server.xread(positions, count))
        if found or self._loop.time() >= end:
            return found
        reply = self._loop.create_future()
        self._server.read_later(positions, count, reply)
        self._loop.call_at(end, _settle, reply.set_result, reply, ([], -1), context=self._context)
        found, starts = await reply
        if found and starts != self._server.starts:
            raise LinkBroken("the reply was lost")
        return await self.call(lambda: found)

    def pipeline(self, transaction: bool) -> "Pipeline":
        return Pipeline(self._server, self.call)

    def register_script(self, _text: str) -> Callable[..., Any]:
        async def lease(keys: list[str], args: list[Any]) -> Any:
            return await self.call(lambda: self._server.take_lease(keys[0], *args))

        return lease

    async def call(self, effect: Callable[[], Any]) -> Any:
        reply = self._loop.create_future()
        self._later(self._arrive, effect, reply)
        return await reply

    def _later(self, action: Callable[..., None], *facts: Any) -> None:
        pick = self._loop.random
        is_slow = not self.is_reliable and pick.random() < SLOW
        seconds = pick.uniform(0, SLOW_SECONDS if is_slow else TRAVEL_SECONDS)
        self._loop.call_later(seconds, action, *facts, context=self._context)

    def _is_lost(self) -> bool:
        return not self.is_reliable and self._loop.random.random() < LOST

    def _arrive(self, effect: Callable[[], Any], reply: "asyncio.Future[Any]") -> None:
        if self._server.is_down or self._is_lost():
            self._later(_settle, reply.set_exception, reply, LinkBroken("the request was lost"))
        else:
            self._later(self._answer, reply, effect(), self._server.starts, self._is_lost())

    def _answer(
        self, reply: "asyncio.Future[Any]", result: Any, starts: int, is_lost: bool
    ) -> None:
        if is_lost or starts != self._server.starts:
            _settle(reply.set_exception, reply, LinkBroken("the reply was lost"))
        else:
            _settle(reply.set_result, reply, result)


class Pipeline:
    """Of XRANGEs behind an entry."""

    def __init__(self, server: SimulatedRedis, call: Callable[..., Any]) -> None:
        self._server = server
        self.call = call
        self._asked: list[tuple[str, str, int]] = []

    def xrange(self, stream: str, min: str, count: int) -> None:  # noqa: A002 - redis-py's name
        self._asked.append((stream, min.removeprefix("("), count))

    async def execute(self) -> Any:
        return await self.call(lambda: [self._server.xrange(*one) for one in self._asked])


def _is_after(entry: Entry, position: str) -> bool:
    return parse_entry_id(entry[0]) > parse_entry_id(
        position if "-" in position else f"{position}-0"
    )


def _settle(settle: Callable[[Any], None], reply: "asyncio.Future[Any]", fact: Any) -> None:
    if not reply.done():
        settle(fact)
