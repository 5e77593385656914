"""The gateway's client of booking: a method for each call, and three exceptions for its faults."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from typing import Any, TypeVar

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
    Pagamento,
    Pedido,
    PedidoRequest,
    PedidosDoCompradorRequest,
    PedidosResponse,
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
from gateway.seat_requests import METHODS, Buyer, Kind, SeatRequest, SeatRequests

Request = TypeVar("Request", bound=Message)
Answer = TypeVar("Answer", bound=Message)


class BookingClient(SeatRequests[Coroutine[Any, Any, ReservaResponse]]):
    """Each method raises BookingDown, Malformed or NotFound, after `deadline` seconds at most.

    Waits through a restart of booking, up to the deadline. While `run` runs, requests about seats
    travel in batches.
    """

    def __init__(self, channel: grpc.aio.Channel, deadline: float) -> None:
        self._stub = ReservaStub(channel)
        self._deadline = deadline
        self._methods = {kind: getattr(self._stub, name) for kind, name in METHODS.items()}
        self._batches = Batches(self._stub, deadline)

    async def run(self) -> None:
        """Keeps the streams for batches open until it is cancelled."""
        await self._batches.run()

    async def buy(self, buyer: Buyer, purchase: Confirm) -> ReservaResponse:
        """`confirm` for what a browser has sent."""
        typed = purchase.payment
        return await self.confirm(
            buyer,
            purchase.seats,
            key=purchase.key,
            payment=Pagamento(
                nome_completo=typed.name, cpf=typed.cpf or "", email=typed.email, forma=typed.method
            ),
            categories=purchase.categories,
            total=purchase.total,
            language=purchase.language,
            edition=purchase.edition,
        )

    # -------------------------------------------------------------------------------- the programme

    async def sessions(self) -> SessoesResponse:
        return await self._call(self._stub.ListarSessoes, Vazio())

    async def room(self, session_id: str) -> MapaResponse:
        """A session's room, prices and how many seats are left, without the state of its seats."""
        request = SessaoRequest(sessao_id=session_id, sem_estados=True)
        return await self._call(self._stub.ObterMapa, request)

    async def poster(self, film_id: str) -> Cartaz:
        """The film's own picture. Its version is empty if the film has none."""
        return await self._call(self._stub.ObterCartaz, CartazRequest(filme_id=film_id))

    async def follow(self, session_id: str) -> AsyncGenerator[EventoSessao]:
        """Yields a snapshot, then every change. Raises BookingDown, also when the stream ends, or
        Malformed.

        Close it (contextlib.aclosing), or booking keeps the stream open.
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

    # --------------------------------------------------------------------------------------- orders

    async def order(self, order_id: str, deadline: float | None = None) -> Pedido:
        request = PedidoRequest(pedido_id=order_id)
        return await self._call(self._stub.ObterPedido, request, deadline)

    async def orders_of(self, buyer: str) -> PedidosResponse:
        """The buyer's orders that still have seats, by the sessions' start."""
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

    # -------------------------------------------------------------------------------- the operation

    async def sweep(self, session_id: str) -> int:
        """Frees the session's due holds; without an id, every session's. Returns how many."""
        request = VarreduraRequest(sessao_id=session_id)
        return (await self._call(self._stub.VarrerSessao, request)).liberados

    async def situation(self, deadline: float) -> SituacaoResponse:
        """Empty if booking does not answer, or is older than this call. Raises nothing."""
        try:
            return await self._stub.ObterSituacao(Vazio(), timeout=deadline)
        except AioRpcError:
            return SituacaoResponse()

    async def _send(self, kind: Kind, request: SeatRequest) -> ReservaResponse:
        """In a batch if a stream is open, else as a call of its own."""
        method = self._methods[kind]
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
