"""Holds in batches over streams, as cheaply as a caller can: what is asked is written down
before the clock runs."""

from __future__ import annotations  # commits without batches are measured, too

import asyncio
import time
from collections.abc import Sequence
from itertools import islice

import grpc

import cinema_pb2 as pb
from tests.bench.buyers import Order, Refused

_METHOD = "/cinema.Reserva/Lotes"
Stream = grpc.aio.StreamStreamCall[bytes, bytes]


class BatchCaller:
    """Has `under_way` holds on each of its streams; what is answered is followed by as many in
    one message."""

    def __init__(self, channel: grpc.aio.Channel, streams: int, under_way: int) -> None:
        self._open: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(
            _METHOD
        )
        self._streams = streams
        self._under_way = under_way

    async def hold(self, orders: Sequence[Order]) -> list[float]:
        """Seconds from a message to each of its answers. Raises Refused."""
        asked = [_bytes_of(number, order) for number, order in enumerate(orders)]
        begun, took = [0.0] * len(orders), list[float]()
        numbers = iter(range(len(orders)))

        async def ask(stream: Stream, count: int) -> int:
            chosen = list(islice(numbers, count))
            now = time.perf_counter()
            for number in chosen:
                begun[number] = now
            if chosen:
                await stream.write(b"".join([asked[number] for number in chosen]))
            return len(chosen)

        async def work() -> None:
            stream: Stream = self._open()
            left = await ask(stream, self._under_way)
            while left:
                answers = _answers(await stream.read())
                now = time.perf_counter()
                took.extend(now - begun[answer.numero] for answer in answers)
                left += await ask(stream, len(answers)) - len(answers)
            await stream.done_writing()
            await stream.code()

        async with asyncio.TaskGroup() as group:
            for _ in range(self._streams):
                group.create_task(work())
        return took


def _bytes_of(number: int, order: Order) -> bytes:
    wish = order.request
    request = pb.ReservaRequest(
        assento=wish.assento, usuario_id=wish.usuario_id, assentos=wish.assentos
    )
    one = pb.PedidoEmLote(numero=number, prazo_ms=30_000, reservar=request)
    return pb.LotePedidos(pedidos=[one]).SerializeToString()


def _answers(message: object) -> Sequence[pb.RespostaEmLote]:
    if not isinstance(message, bytes):
        raise Refused("the stream ended")
    answers = pb.LoteRespostas.FromString(message).respostas
    for answer in answers:
        if not answer.resposta.sucesso:
            raise Refused(f"{answer.codigo} {answer.detalhes} {answer.resposta.motivo}")
    return answers
