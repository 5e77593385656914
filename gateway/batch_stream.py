"""One stream of batches to one booking server, and the requests that await their answer on it."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from grpc.aio import AioRpcError, StreamStreamCall

from cinema.logs import RepeatFilter
from cinema_pb2 import (
    LotePedidos,
    LoteRespostas,
    RespostaEmLote,
)
from gateway.booking_faults import BookingDown
from gateway.seat_requests import Kind, SeatRequest

log = logging.getLogger(__name__)
_breaks = RepeatFilter()

BatchCall = StreamStreamCall[LotePedidos, LoteRespostas]
MOST_UNDER_WAY = 1_024  # requests of one stream; booking accepts twice as many


@dataclass(slots=True)
class Ask:
    """A request and the future of its answer. `end` is its deadline by the loop's clock."""

    number: int
    kind: Kind
    request: SeatRequest
    end: float
    answer: "asyncio.Future[RespostaEmLote]"
    stream: "BatchStream | None" = None


class BatchStream:
    """Sends to `server` the asks that `next_asks(most)` returns, as soon as the last message is
    written.

    The stream is left when it breaks, is `lifetime` seconds old, misses a deadline, or booking
    stops. It takes no more asks then; those under way are still answered, within `patience`
    seconds. If it breaks, their outcome is unknown: BookingDown.
    """

    def __init__(
        self,
        call: BatchCall,
        server: str,
        lifetime: float,
        next_asks: Callable[[int], list[Ask]],
        patience: float,
    ) -> None:
        self.server = server
        self._call = call
        self._lifetime = lifetime
        self._next_asks = next_asks
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._under_way: dict[int, Ask] = {}
        self._given_up: list[int] = []
        self._work = asyncio.Event()
        self._end = asyncio.timeout(None)
        self.is_idle = False
        self.left = asyncio.Event()

    @property
    def _room(self) -> int:
        return 0 if self.left.is_set() else MOST_UNDER_WAY - len(self._under_way)

    def wake(self) -> None:
        """There is something to send; the stream is no longer idle."""
        self.is_idle = False
        self._work.set()

    def leave(self) -> None:
        if not self.left.is_set():
            self.left.set()
            self._end.reschedule(self._loop.time() + self._patience)
            self.wake()

    def forget(self, ask: Ask) -> None:
        """Nobody waits for its answer any more: booking may drop it, if it has not answered yet."""
        if self._under_way.pop(ask.number, None):
            self._given_up.append(ask.number)
            self.wake()

    async def run(self) -> None:
        """Returns when the stream breaks, or once it was left and everything is answered.

        Raises nothing.
        """
        old = self._loop.call_later(self._lifetime, self.leave)
        writing = self._loop.create_task(self._write())
        reason = "the gateway is stopping"
        try:
            async with self._end:
                async for answers in self._call:
                    self._settle(answers)
            reason = "booking ended it"
        except AioRpcError as fault:
            reason = f"{fault.code().name}: {fault.details()}"
        except TimeoutError:
            reason = "booking did not end it"
        finally:
            old.cancel()
            self.left.set()
            self._call.cancel()
            writing.cancel()
            await asyncio.wait([writing])
            self._break(reason)

    async def _write(self) -> None:
        with suppress(
            AioRpcError, asyncio.InvalidStateError
        ):  # it broke: the reader gets the reason
            while not self.left.is_set() or self._given_up:
                asks = self._next_asks(self._room)
                if asks or self._given_up:
                    await self._call.write(self._message(asks))
                else:
                    self._work.clear()
                    self.is_idle = self._room > 0
                    await self._work.wait()
            await self._call.done_writing()

    def _message(self, asks: list[Ask]) -> LotePedidos:
        message, now = LotePedidos(desistencias=self._given_up), self._loop.time()
        self._given_up = []
        for ask in asks:
            ask.stream = self
            self._under_way[ask.number] = ask
            left_ms = max(1, round((ask.end - now) * 1_000))
            fields = {"numero": ask.number, "prazo_ms": left_ms, ask.kind: ask.request}
            message.pedidos.add(**fields)
        return message

    def _settle(self, answers: LoteRespostas) -> None:
        was_full = not self._room
        for answer in answers.respostas:
            ask = self._under_way.pop(answer.numero, None)
            if ask and not ask.answer.done():
                ask.answer.set_result(answer)
        if answers.encerrando:
            self.leave()
        if was_full:
            self.wake()

    def _break(self, reason: str) -> None:
        if self._under_way and _breaks.passes(reason):
            count = len(self._under_way)
            log.warning(
                "a stream to booking broke (%s): the outcome of %d requests is unknown",
                reason,
                count,
            )
        for ask in self._under_way.values():
            if not ask.answer.done():
                ask.answer.set_exception(BookingDown(f"the stream broke: {reason}"))
        self._under_way.clear()
