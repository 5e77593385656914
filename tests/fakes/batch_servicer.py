"""Booking's contract without its answers: a batch is answered by the methods for single
requests."""

# ruff: noqa: N802 - the contract's names

import asyncio
from collections.abc import AsyncIterable
from typing import Any, NoReturn

import grpc

import cinema_pb2 as pb
from cinema.booking_channel import BATCHES_ARE_KNOWN
from cinema_pb2_grpc import ReservaServicer
from gateway.seat_requests import METHODS

Context = grpc.aio.ServicerContext[Any, Any]


class _Aborted(Exception):
    def __init__(self, status: grpc.StatusCode, details: str) -> None:
        super().__init__(details)
        self.status, self.details = status, details


class _OneOfMany:
    """The context of a request in a batch."""

    async def abort(self, status: grpc.StatusCode, details: str) -> NoReturn:
        raise _Aborted(status, details)


class BatchServicer(ReservaServicer):
    """`batches` are the messages so far; a server that is older than batches does not know them."""

    address: str

    def __init__(self) -> None:
        self.knows_batches = True
        self.batches: list[pb.LotePedidos] = []

    async def Lotes(  # type: ignore[override]  # it writes, instead of being iterated over
        self, requests: AsyncIterable[pb.LotePedidos], context: Context
    ) -> None:
        if not self.knows_batches:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "Method not found!")
        await context.send_initial_metadata(((BATCHES_ARE_KNOWN, self.address),))
        writing = asyncio.Lock()
        async with asyncio.TaskGroup() as group:
            async for message in requests:
                self.batches.append(message)
                for request in message.pedidos:
                    group.create_task(self._answer_one(request, context, writing))

    async def _answer_one(
        self, request: pb.PedidoEmLote, context: Context, writing: asyncio.Lock
    ) -> None:
        kind: Any = request.WhichOneof("pedido")
        answer = pb.RespostaEmLote(numero=request.numero)
        one_of_many: Any = _OneOfMany()
        try:
            found = await getattr(self, METHODS[kind])(getattr(request, kind), one_of_many)
            answer.resposta.CopyFrom(found)
        except _Aborted as fault:
            answer.codigo, answer.detalhes = fault.status.value[0], fault.details
        async with writing:
            await context.write(pb.LoteRespostas(respostas=[answer]))

    # ------------------------------------------------------------------- what a gateway never calls

    async def RegistrarEmail(self, request: pb.RegistroEmail, context: Context) -> pb.Vazio:
        raise NotImplementedError

    async def ListarPedidos(self, request: Any, context: Context) -> Any:
        raise NotImplementedError

    async def AgendarEmail(self, request: Any, context: Context) -> Any:
        raise NotImplementedError

    async def ReivindicarEmails(self, request: Any, context: Context) -> Any:
        raise NotImplementedError

    async def ObterPedidos(self, request: Any, context: Context) -> Any:
        raise NotImplementedError

    async def AgendarEmails(self, request: Any, context: Context) -> Any:
        raise NotImplementedError

    async def RegistrarEmails(self, request: Any, context: Context) -> Any:
        raise NotImplementedError

    async def RetomarEmails(self, request: Any, context: Context) -> Any:
        raise NotImplementedError
