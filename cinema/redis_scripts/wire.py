"""One connection to Redis that many calls share: calls within one turn of the loop are one write.

Redis replies in order, so the next reply belongs to the oldest call. A cancelled call keeps its
place, and its reply is dropped.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import hiredis
from redis._parsers.base import BaseParser
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ReadOnlyError

_INCOMPLETE = object()


class Unanswered(RedisConnectionError):
    """The connection broke before the reply: it is unknown whether Redis executed the call."""


class Call(NamedTuple):
    """`deadline`: by the loop's clock. `unheard`: replies to drop before the call's own."""

    packed: bytes
    reply: "asyncio.Future[Any]"
    deadline: float
    unheard: int = 0


class Wire(asyncio.Protocol):
    """Takes calls until it calls `left`: when it breaks, misses a deadline, or reaches a replica.

    After a missed deadline it closes once the deadlines of its other calls have passed: Redis may
    only be slow.
    """

    def __init__(self, writer: asyncio.StreamWriter, left: Callable[["Wire"], None]) -> None:
        self._writer = writer  # kept, since it closes its transport when it is collected
        self._transport = writer.transport
        self._loop = asyncio.get_running_loop()
        self._left = left
        self.is_left = False
        self._waiting: deque[Call | None] = deque()  # None: a reply to drop
        self._timer: asyncio.TimerHandle | None = None
        self._reader = hiredis.Reader(
            protocolError=RedisConnectionError,
            replyError=BaseParser.parse_error,
            encoding="utf-8",
            notEnoughData=_INCOMPLETE,
        )
        self.ended = asyncio.Event()
        writer.transport.set_protocol(self)

    @property
    def under_way(self) -> int:
        return len(self._waiting)

    def write(self, calls: Iterable[Call]) -> None:
        """Sends all of them in one write, except cancelled ones."""
        wanted = [call for call in calls if not call.reply.done()]
        if not wanted:
            return
        for call in wanted:
            if call.unheard:
                self._waiting.extend([None] * call.unheard)
            self._waiting.append(call)
        self._transport.write(b"".join([call.packed for call in wanted]))
        if self._timer is None:
            self._timer = self._loop.call_at(wanted[0].deadline, self._miss_deadlines)

    def data_received(self, data: bytes) -> None:
        reader, waiting = self._reader, self._waiting
        try:
            reader.feed(data)
            while (reply := reader.gets()) is not _INCOMPLETE:
                if type(reply) is hiredis.PushNotification:
                    continue
                call = waiting.popleft()
                if call is not None and not call.reply.done():
                    self._answer(call.reply, reply)
        # Not RESP, not UTF-8, or an unexpected reply.
        except (RedisConnectionError, ValueError, IndexError):
            self.abort()

    def _answer(self, waiter: "asyncio.Future[Any]", reply: Any) -> None:
        if not isinstance(reply, Exception):
            waiter.set_result(reply)
            return
        waiter.set_exception(reply)
        if isinstance(reply, ReadOnlyError):
            # The master has become a replica: the next connection finds the new master.
            self._leave()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        if self._timer:
            self._timer.cancel()
        for call in self._unanswered():
            call.reply.set_exception(
                Unanswered(f"the connection to Redis broke: {exc or 'closed'}")
            )
        self._waiting.clear()
        self.ended.set()

    def abort(self) -> None:
        """Closes the connection. Its calls fail with Unanswered."""
        self._leave()
        self._transport.abort()

    def _leave(self) -> None:
        if not self.is_left:
            self.is_left = True
            self._left(self)

    def _unanswered(self) -> Iterator[Call]:
        return (call for call in self._waiting if call and not call.reply.done())

    def _miss_deadlines(self) -> None:
        """One timer for all calls: deadlines are in the order of sending."""
        self._timer, now = None, self._loop.time()
        oldest = next(filter(None, self._waiting), None)
        if oldest and oldest.deadline <= now:
            self._leave()
        for call in self._unanswered():
            if call.deadline > now:
                self._timer = self._loop.call_at(call.deadline, self._miss_deadlines)
                return
            call.reply.set_exception(TimeoutError("Redis has not answered in time"))
        if self.is_left:
            self.abort()


async def open_wire(connection: AbstractConnection, left: Callable[[Wire], None]) -> Wire:
    """redis-py connects (TLS, Unix socket, AUTH, SELECT, Sentinel); the wire takes its socket."""
    try:
        await connection.connect()  # type: ignore[no-untyped-call]
    except BaseException:
        await connection.disconnect(nowait=True)
        raise
    writer = connection._writer
    if writer is None:
        raise RedisConnectionError("the connection to Redis broke at once")
    connection._reader = connection._writer = None
    return Wire(writer, left)
