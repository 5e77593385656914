"""Batches: the requests of all browsers within a turn of the loop travel as one message over a long
stream (ADR 34).

STREAMS streams are kept open and take turns, to different servers if there are several. gRPC
chooses the server of a new stream round-robin. A stream to a server that already has one is opened
again, or else lives only briefly.
"""

import asyncio
import logging
from collections import deque
from itertools import count
from typing import TYPE_CHECKING, NoReturn

import grpc

from cinema.booking_channel import BATCHES_ARE_KNOWN
from cinema.deadlines import Deadline, Deadlines
from cinema.logs import RepeatFilter
from cinema.retry import Backoff
from cinema_pb2 import ReservaResponse, RespostaEmLote
from gateway.batch_stream import Ask, BatchCall, BatchStream
from gateway.booking_faults import BookingDown, fault_of
from gateway.seat_requests import Kind, SeatRequest

if TYPE_CHECKING:  # a name for checkers only
    from cinema_pb2_grpc import ReservaAsyncStub

log = logging.getLogger(__name__)

STREAMS = 2
LIFETIME_SECONDS, SHORT_LIFETIME_SECONDS = 30.0, 5.0  # so that new servers get their share
_TRIES = 3  # attempts to reach a server that has no stream yet
MOST_WAITING = 8_192  # requests without an answer
LARGEST_MESSAGE = 48 * 1_024  # bytes; booking accepts 64 KiB
_OVERHEAD = 32  # bytes of a request's number, deadline and frame, at most
_STABLE_SECONDS = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0  # seconds until another stream is opened
_STATUSES = {status.value[0]: status for status in grpc.StatusCode}


class NotSent(Exception):
    """No stream sent the request: it has no effect."""


class Batches:
    """`deadline`: seconds that a request may take."""

    def __init__(self, stub: "ReservaAsyncStub", deadline: float) -> None:
        self._stub = stub
        self._patience = deadline
        self._deadlines = Deadlines(deadline)
        self._numbers = count(1)
        self._unsent: deque[Ask] = deque()
        self._waiting = 0
        self._streams: deque[BatchStream] = deque()  # those that send; the next in turn is first
        # one at a time, so that each sees the servers of those before it
        self._opening = asyncio.Lock()
        self._repeats = RepeatFilter()

    @property
    def are_open(self) -> bool:
        return bool(self._streams)

    async def ask(self, kind: Kind, request: SeatRequest) -> ReservaResponse:
        """Raises BookingDown, Malformed, NotFound, or NotSent."""
        if self._waiting >= MOST_WAITING:
            raise BookingDown(f"{MOST_WAITING} requests are waiting for booking")
        loop = asyncio.get_running_loop()
        if not self._unsent:
            loop.call_soon(self._send)
        end = loop.time() + self._patience
        ask = Ask(next(self._numbers), kind, request, end, loop.create_future())
        self._unsent.append(ask)
        answer = await self._answer(ask)
        if answer.codigo:
            raise fault_of(_STATUSES[answer.codigo], answer.detalhes)
        return answer.resposta

    async def _answer(self, ask: Ask) -> RespostaEmLote:
        self._waiting += 1
        try:
            with Deadline(self._deadlines):
                return await ask.answer
        except TimeoutError:
            if ask.stream:
                ask.stream.leave()  # booking answers before this deadline: the stream hangs
            raise BookingDown("booking has not answered in time") from None
        finally:
            self._waiting -= 1
            if ask.stream:
                ask.stream.forget(ask)

    def _send(self) -> None:
        """Wakes the next idle stream in turn.

        If all are busy, the first one that becomes idle takes the asks.
        """
        if not self._streams:
            self._refuse_unsent()
        for _ in range(len(self._streams)):
            stream = self._streams[0]
            self._streams.rotate(-1)
            if stream.is_idle:
                return stream.wake()
        return None

    def _refuse_unsent(self) -> None:
        asks, self._unsent = self._unsent, deque()
        for ask in asks:
            if not ask.answer.done():
                ask.answer.set_exception(NotSent())

    def _next_asks(self, most: int) -> list[Ask]:
        """The oldest asks that fit into a message, `most` at most.

        Skips those that nobody waits for any more.
        """
        asks, room = list[Ask](), LARGEST_MESSAGE
        while self._unsent and len(asks) < most and room > 0:
            ask = self._unsent.popleft()
            if not ask.answer.done():
                asks.append(ask)
                room -= ask.request.ByteSize() + _OVERHEAD
        if asks and self._unsent:
            asyncio.get_running_loop().call_soon(self._send)
        return asks

    # -------------------------------------------------------------------------------------- streams

    async def run(self) -> None:
        """Keeps the streams open until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(STREAMS):
                group.create_task(self._keep_one(group))

    async def _keep_one(self, group: asyncio.TaskGroup) -> NoReturn:
        """Opens the next stream as soon as one is left, which ends by itself."""
        loop, backoff = asyncio.get_running_loop(), Backoff(_FIRST_PAUSE, _LONGEST_PAUSE)
        while True:
            begun = loop.time()
            async with self._opening:
                stream = await self._opened_in_time()
                if stream:
                    self._streams.append(stream)
            if stream:
                group.create_task(stream.run())
                await self._use(stream)
                if loop.time() > begun + _STABLE_SECONDS:
                    backoff.reset()
            await asyncio.sleep(backoff.delay())

    async def _use(self, stream: BatchStream) -> None:
        if len(self._streams) == STREAMS:
            self._log_once(f"requests go to booking in batches, by {STREAMS} streams")
        try:
            await stream.left.wait()
        finally:
            self._streams.remove(stream)
            self._send()

    async def _opened_in_time(self) -> BatchStream | None:
        """None if no server accepts one now: then each request is a call of its own."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._opened()
        except TimeoutError:
            return None

    async def _opened(self) -> BatchStream | None:
        for tries_left in reversed(range(_TRIES)):
            call = self._stub.Lotes(wait_for_ready=True)
            try:
                server = dict(await call.initial_metadata()).get(BATCHES_ARE_KNOWN)
                if server is None:
                    await self._log_refusal(call)
                    return None
                is_first = all(stream.server != server for stream in self._streams)
                if is_first or not tries_left:
                    lifetime = LIFETIME_SECONDS if is_first else SHORT_LIFETIME_SECONDS
                    return BatchStream(call, str(server), lifetime, self._next_asks, self._patience)
            except BaseException:
                call.cancel()
                raise
            call.cancel()
        return None

    async def _log_refusal(self, call: BatchCall) -> None:
        status, details = await call.code(), await call.details()
        if not self._streams:
            self._log_once(f"requests go to booking one by one ({status.name}: {details})")

    def _log_once(self, what: str) -> None:
        if self._repeats.passes(what):
            log.info(what)
