"""Booking as the rest of the gateway sees it: a method for each question, and three exceptions for what goes wrong."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import TypeVar

import grpc
from google.protobuf.message import Message
from grpc.aio import AioRpcError, UnaryUnaryMultiCallable

from cinema_pb2 import (
    CancelarAssentosRequest,
    Cartaz,
    CartazRequest,
    CorrecaoRequest,
    EventoSessao,
    MapaResponse,
    MelhoresRequest,
    Pedido,
    PedidoRequest,
    PedidosDoCompradorRequest,
    PedidosResponse,
    ReservaRequest,
    ReservaResponse,
    SessaoRequest,
    SessoesResponse,
    SituacaoResponse,
    VarreduraRequest,
    Vazio,
)
from cinema_pb2_grpc import ReservaStub
from gateway.batches import Batches, NotSent
from gateway.booking_faults import BookingDown, fault_of
from gateway.messages import Confirm
from gateway.seat_requests import Buyer, best_request, purchase_request, seats_request

Request = TypeVar("Request", bound=Message)
Answer = TypeVar("Answer", bound=Message)
Seats = TypeVar("Seats", ReservaRequest, MelhoresRequest)


class BookingClient:
    """Each method raises BookingDown, Malformed or NotFound, after `deadline` seconds at most.

    A booking service that is just being restarted is waited for, as long as the deadline lets us.
    """

    def __init__(self, channel: grpc.aio.Channel, deadline: float) -> None:
        self._stub = ReservaStub(channel)
        self._deadline = deadline
        self._batches = Batches(self._stub, deadline)

    async def run(self) -> None:
        """Until it is cancelled; meanwhile what buyers ask of seats travels in batches."""
        await self._batches.run()

    # -------------------------------------------------------------------------------------------- a buyer's seats

    async def hold(
        self, buyer: Buyer, seats: Sequence[str], instead_of: Sequence[str] = ()
    ) -> ReservaResponse:
        request = seats_request(buyer, seats)
        request.em_troca_de.extend(instead_of)
        return await self._ask("reservar", self._stub.ReservarAssento, request)

    async def hold_best(self, buyer: Buyer, count: int) -> ReservaResponse:
        return await self._ask("melhores", self._stub.ReservarMelhores, best_request(buyer, count))

    async def release(self, buyer: Buyer, seats: Sequence[str]) -> ReservaResponse:
        return await self._ask("liberar", self._stub.LiberarAssento, seats_request(buyer, seats))

    async def extend(self, buyer: Buyer) -> ReservaResponse:
        """More time for all that the buyer holds."""
        return await self._ask("estender", self._stub.EstenderReserva, seats_request(buyer, ()))

    async def confirm(self, buyer: Buyer, purchase: Confirm) -> ReservaResponse:
        return await self._ask(
            "confirmar", self._stub.ConfirmarPagamento, purchase_request(buyer, purchase)
        )

    # ------------------------------------------------------------------------------------------------- the programme

    async def sessions(self) -> SessoesResponse:
        return await self._call(self._stub.ListarSessoes, Vazio())

    async def room(self, session_id: str) -> MapaResponse:
        """A session's room, prices and how many seats are left, without who has which."""
        request = SessaoRequest(sessao_id=session_id, sem_estados=True)
        return await self._call(self._stub.ObterMapa, request)

    async def poster(self, film_id: str) -> Cartaz:
        """The film's own picture; without a version where it has none."""
        return await self._call(self._stub.ObterCartaz, CartazRequest(filme_id=film_id))

    async def follow(self, session_id: str) -> AsyncGenerator[EventoSessao]:
        """A snapshot, then every change, for ever. Raises BookingDown, also at the stream's end, or Malformed.

        Close it (contextlib.aclosing): an abandoned stream would go on at the server.
        """
        stream = self._stub.AcompanharSessao(
            SessaoRequest(sessao_id=session_id, em_lotes=True), wait_for_ready=True
        )
        try:
            async for event in stream:
                yield event
        except AioRpcError as error:
            raise fault_of(error.code(), error.details()) from error
        finally:
            stream.cancel()
        raise BookingDown("booking ended the stream")

    # -------------------------------------------------------------------------------------------------------- orders

    async def order(self, order_id: str, deadline: float | None = None) -> Pedido:
        request = PedidoRequest(pedido_id=order_id)
        return await self._call(self._stub.ObterPedido, request, deadline)

    async def orders_of(self, buyer: str) -> PedidosResponse:
        """What the buyer has bought and not given back, by the sessions' start."""
        request = PedidosDoCompradorRequest(usuario_id=buyer)
        return await self._call(self._stub.ListarPedidosDoComprador, request)

    async def cancel(self, order_id: str, network: str) -> ReservaResponse:
        request = PedidoRequest(pedido_id=order_id, rede=network)
        return await self._call(self._stub.CancelarPedido, request)

    async def cancel_seats(
        self, order_id: str, seats: Sequence[str], network: str
    ) -> ReservaResponse:
        request = CancelarAssentosRequest(pedido_id=order_id, assentos=seats, rede=network)
        return await self._call(self._stub.CancelarAssentos, request)

    async def mail_again(self, order_id: str, network: str) -> ReservaResponse:
        request = PedidoRequest(pedido_id=order_id, rede=network)
        return await self._call(self._stub.ReenviarEmail, request)

    async def correct_address(self, order_id: str, email: str, network: str) -> ReservaResponse:
        request = CorrecaoRequest(pedido_id=order_id, email=email, rede=network)
        return await self._call(self._stub.CorrigirEmail, request)

    # ------------------------------------------------------------------------------------------------- the operation

    async def sweep(self, session_id: str) -> int:
        """Frees the holds that are due, of every session without an id. How many those were."""
        request = VarreduraRequest(sessao_id=session_id)
        return (await self._call(self._stub.VarrerSessao, request)).liberados

    async def situation(self, deadline: float) -> SituacaoResponse:
        """Empty where booking cannot say: an older one does not know the question. Raises nothing."""
        try:
            return await self._stub.ObterSituacao(Vazio(), timeout=deadline)
        except AioRpcError:
            return SituacaoResponse()

    async def _ask(
        self,
        kind: str,
        method: UnaryUnaryMultiCallable[Seats, ReservaResponse],
        request: Seats,
    ) -> ReservaResponse:
        """In a batch where a stream is open, else as a call of its own."""
        if not self._batches.are_open:
            return await self._call(method, request)
        end = asyncio.get_running_loop().time() + self._deadline
        try:
            return await self._batches.ask(kind, request)
        except NotSent:
            return await self._call(method, request, end - asyncio.get_running_loop().time())

    async def _call(
        self,
        method: UnaryUnaryMultiCallable[Request, Answer],
        request: Request,
        deadline: float | None = None,
    ) -> Answer:
        try:
            return await method(request, timeout=deadline or self._deadline, wait_for_ready=True)
        except AioRpcError as error:
            raise fault_of(error.code(), error.details()) from error
