"""One connection to Redis that many calls share: what is sent within a turn of the loop is one write.

Redis answers in the order in which it was asked, so the oldest call has the next reply. A call that nobody waits for
any more keeps its place, and its reply is dropped.
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
    """The connection broke before the reply came: whether Redis did what was asked is unknown."""


class Call(NamedTuple):
    """`deadline` by the loop's clock; `unheard` is how many replies come before the one that is waited for."""

    packed: bytes
    reply: "asyncio.Future[Any]"
    deadline: float
    unheard: int = 0


class Wire(asyncio.Protocol):
    """Takes calls until `left` is called: when it broke, missed a deadline, or found a replica behind it.

    A wire that has missed a deadline ends with the last deadline of its calls, since Redis may just be slow.
    """

    def __init__(self, writer: asyncio.StreamWriter, left: Callable[["Wire"], None]) -> None:
        self._writer = writer  # closes its transport when it is collected
        self._transport = writer.transport
        self._loop = asyncio.get_running_loop()
        self._left = left
        self.is_left = False
        self._waiting: deque[Call | None] = deque()  # None: a reply that is not waited for
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
        """Sends all of them at once, but not those that were given up meanwhile."""
        wanted = [call for call in calls if not call.reply.done()]
        if not wanted:
            return
        for call in wanted:
            if call.unheard:
                self._waiting.extend([None] * call.unheard)
            self._waiting.append(call)
        self._transport.write(b"".join([call.packed for call in wanted]))
        if self._timer is None:
            self._timer = self._loop.call_at(wanted[0].deadline, self._look_at_deadlines)

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
        except (RedisConnectionError, ValueError, IndexError):  # not RESP, not UTF-8, not asked for
            self.abort()

    def _answer(self, waiter: "asyncio.Future[Any]", reply: Any) -> None:
        if not isinstance(reply, Exception):
            waiter.set_result(reply)
            return
        waiter.set_exception(reply)
        if isinstance(reply, ReadOnlyError):
            self._leave()  # a master that has become a replica: the next connection finds its successor

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
        """Ends the connection: the calls on it are left unanswered."""
        self._leave()
        self._transport.abort()

    def _leave(self) -> None:
        if not self.is_left:
            self.is_left = True
            self._left(self)

    def _unanswered(self) -> Iterator[Call]:
        return (call for call in self._waiting if call and not call.reply.done())

    def _look_at_deadlines(self) -> None:
        """One timer for all calls: their deadlines have the order in which they were sent."""
        self._timer, now = None, self._loop.time()
        oldest = next(filter(None, self._waiting), None)
        if oldest and oldest.deadline <= now:
            self._leave()
        for call in self._unanswered():
            if call.deadline > now:
                self._timer = self._loop.call_at(call.deadline, self._look_at_deadlines)
                return
            call.reply.set_exception(TimeoutError("Redis has not answered in time"))
        if self.is_left:
            self.abort()


async def open_wire(connection: AbstractConnection, left: Callable[[Wire], None]) -> Wire:
    """redis-py connects, with TLS, Unix socket, AUTH, SELECT or Sentinel, and then leaves its socket to the wire."""
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
