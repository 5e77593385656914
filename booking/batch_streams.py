"""Many requests over one stream (ADR 34): each one runs the method of its own call, with all its
checks.

The requests of a message begin in one turn of the loop, so their scripts travel to Redis in one
write. Answers that become ready within a turn go back in one message.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from typing import Any

import grpc

import cinema_pb2 as pb
from booking.faults import OF_THE_CALLERS_TIME, Context, TooManyStreams, status_of, within_deadline
from booking.requests import InvalidRequest
from cinema.booking_channel import BATCHES_ARE_KNOWN
from cinema.deadlines import Deadlines

log = logging.getLogger(__name__)

MOST_UNDER_WAY = 2_048  # requests of one stream, and answers that a slow caller has not read
MOST_STREAMS = 1_024

Method = Callable[[Any, Context], Awaitable[pb.ReservaResponse]]
Methods = Mapping[str, Method]  # by the name of their request in PedidoEmLote


class Patience:
    """Deadlines in steps of a tenth of a second of the caller's patience: the requests of a step
    share a timer."""

    def __init__(self, seconds: float) -> None:
        self.most = Deadlines(seconds)
        self._steps: dict[int, Deadlines] = {}

    def of(self, left_ms: int) -> tuple[Deadlines, float | None]:
        """The first two arguments of `within_deadline`."""
        left = left_ms / 1_000
        step = int(left * OF_THE_CALLERS_TIME * 10)
        if left_ms <= 0 or step / 10 >= self.most.seconds:
            return self.most, None
        if step == 0:
            return self.most, left
        if step not in self._steps:
            self._steps[step] = Deadlines(step / 10)
        return self._steps[step], None


class BatchStreams:
    """All streams of a server. A request may take `seconds`."""

    def __init__(self, methods: Methods, seconds: float) -> None:
        self._methods = methods
        self._patience = Patience(seconds)
        self._name = secrets.token_hex(4)
        self._streams = set[_Stream]()
        self._most = 0
        self._is_closing = False

    async def serve(self, messages: AsyncIterable[pb.LotePedidos], context: Context) -> None:
        """Returns when the caller has ended its side and has every answer. Raises TooManyStreams,
        InvalidRequest."""
        if len(self._streams) >= MOST_STREAMS:
            raise TooManyStreams
        stream = _Stream(self._methods, self._patience, context)
        # Announces batches, and which of the servers this is.
        await context.send_initial_metadata(((BATCHES_ARE_KNOWN, self._name),))
        self._streams.add(stream)
        self._say_how_many()
        if self._is_closing:
            stream.ask_to_end()
        try:
            await stream.serve(messages)
        finally:
            self._streams.discard(stream)

    def close(self) -> None:
        """Asks callers to end their streams; requests that they have sent still get their
        answers."""
        self._is_closing = True
        for stream in self._streams:
            stream.ask_to_end()

    def _say_how_many(self) -> None:
        if len(self._streams) > self._most:
            self._most = len(self._streams)
            log.info("batch streams open: %d, the most so far", self._most)


class _Stream:
    def __init__(self, methods: Methods, patience: Patience, context: Context) -> None:
        self._methods = methods
        self._patience = patience
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._answers = pb.LoteRespostas()  # that are not written yet
        self._unwritten = 0
        self._wake = asyncio.Event()
        self._room = asyncio.Event()

    def ask_to_end(self) -> None:
        self._answers.encerrando = True
        self._unwritten += 1
        self._wake.set()

    async def serve(self, messages: AsyncIterable[pb.LotePedidos]) -> None:
        reading = self._loop.create_task(self._receive(messages))
        reading.add_done_callback(lambda _: self._wake.set())
        try:
            while not reading.done() or self._under_way or self._unwritten:
                await self._wake.wait()
                self._wake.clear()
                await self._write()
                if reading.done():
                    reading.result()
        finally:
            tasks = [reading, *self._under_way.values()]
            self._under_way.clear()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _write(self) -> None:
        if not self._unwritten:
            return
        answers, self._answers, self._unwritten = self._answers, pb.LoteRespostas(), 0
        await self._context.write(answers)
        self._room.set()

    async def _receive(self, messages: AsyncIterable[pb.LotePedidos]) -> None:
        async for message in messages:
            for request in message.pedidos:
                self._begin(request)
            for number in message.desistencias:
                self._give_up(number)
            while self._unwritten > MOST_UNDER_WAY:
                self._room.clear()
                await self._room.wait()

    def _begin(self, request: pb.PedidoEmLote) -> None:
        number, kind = request.numero, request.WhichOneof("pedido")
        if number in self._under_way:
            raise InvalidRequest(f"numero {number}: outro pedido com ele está em andamento.")
        if kind is None:
            self._refuse(number, InvalidRequest("pedido: falta, ou não é conhecido aqui."))
        elif len(self._under_way) >= MOST_UNDER_WAY:
            self._queue_refusal(
                number, grpc.StatusCode.RESOURCE_EXHAUSTED, "Pedidos demais de uma vez."
            )
        else:
            work = self._carry_out(
                number, self._methods[kind], getattr(request, kind), request.prazo_ms
            )
            self._under_way[number] = self._loop.create_task(work)

    async def _carry_out(self, number: int, method: Method, request: Any, left_ms: int) -> None:
        try:
            deadlines, left = self._patience.of(left_ms)
            answer = await within_deadline(deadlines, left, method, request, self._context)
        except Exception as fault:  # noqa: BLE001 - the boundary of a request: mapped and answered
            if self._under_way.pop(number, None):
                self._refuse(number, fault)
        else:
            if self._under_way.pop(number, None):
                self._answers.respostas.add(numero=number, resposta=answer)
                self._unwritten += 1
                self._wake.set()

    def _give_up(self, number: int) -> None:
        task = self._under_way.pop(number, None)
        if task:
            task.cancel()
            self._wake.set()

    def _refuse(self, number: int, fault: Exception) -> None:
        self._queue_refusal(number, *status_of(fault))

    def _queue_refusal(self, number: int, status: grpc.StatusCode, details: str) -> None:
        code: int = status.value[0]
        self._answers.respostas.add(numero=number, codigo=code, detalhes=details)
        self._unwritten += 1
        self._wake.set()
