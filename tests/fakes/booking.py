"""A fake booking service: real gRPC on a port of its own, one session in memory, faults on
demand."""

# ruff: noqa: N802 - the contract's names

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, TypeVar

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

import cinema_pb2 as pb
from cinema.identity import owner_tag
from cinema_pb2_grpc import add_ReservaServicer_to_server
from deploy.ports import LOOPBACK
from tests.fakes.batch_servicer import BatchServicer, Context
from tests.fakes.messages import (
    HOLD_MS,
    ORDER,
    SEATS,
    SESSION,
    a_session,
    an_order,
    freed,
    held,
    sold,
)
from tests.support.ports import free_port

Request = TypeVar("Request")


class FakeBooking(BatchServicer):
    """Seats are held and sold without rules but one: a seat that is not free is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.address = f"{LOOPBACK}:{free_port()}"
        self.version = 0
        self.taken: dict[str, pb.EstadoAssento] = {}
        self.requests: list[Any] = []
        self.down = False  # every call is UNAVAILABLE
        self.answers = asyncio.Event()  # calls wait for it
        self.answers.set()
        self.refusal: pb.ReservaResponse | None = None  # of a payment or a cancellation
        self.half_price_sold = 0
        self.paused = False
        self.cinema = ""
        self.order = an_order()
        self.title = "O Agente Secreto"
        self.posters: dict[str, pb.Cartaz] = {}  # by the films' ids
        self.posters_asked = 0
        self.watched = 0  # streams that are open
        self.streams_opened = 0
        self.situation = pb.SituacaoResponse()
        self.health = health_aio.HealthServicer()
        self._watchers: set[asyncio.Queue[pb.EventoSessao]] = set()
        self._server: grpc.aio.Server | None = None

    async def start(self) -> None:
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        add_ReservaServicer_to_server(self, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self._server)
        self._server.add_insecure_port(self.address)
        await self.set_serving(serving=True)
        await self._server.start()

    async def stop(self) -> None:
        """As if killed: streams and calls break."""
        if self._server is not None:
            await self._server.stop(None)
            self._server = None

    async def set_serving(self, *, serving: bool) -> None:
        states = health_pb2.HealthCheckResponse
        await self.health.set("", states.SERVING if serving else states.NOT_SERVING)

    def asked(self, kind: type[Request]) -> list[Request]:
        """The requests of this kind so far."""
        return [request for request in self.requests if isinstance(request, kind)]

    def change(
        self, *changes: pb.EstadoAssento, skip: int = 0, half_price_sold: int | None = None
    ) -> None:
        """One transition, sent to every watcher; `skip` leaves a gap in the versions."""
        self.version += 1 + skip
        for seat in changes:
            if seat.estado == pb.StatusReserva.DISPONIVEL:
                self.taken.pop(seat.assento, None)
            else:
                self.taken[seat.assento] = seat
        if half_price_sold is not None:
            self.half_price_sold = half_price_sold
        update = pb.Atualizacao(
            versao=self.version, mudancas=changes, meias_vendidas=half_price_sold
        )
        self._tell(pb.EventoSessao(atualizacao=update))

    def begin_again(self, *, paused: bool = False) -> None:
        """Its Redis has come back with other data, or sales are paused or resumed: a new
        snapshot for everybody."""
        self.paused = paused
        self._tell(pb.EventoSessao(instantaneo=self._seat_map()))

    def _tell(self, event: pb.EventoSessao) -> None:
        for watcher in self._watchers:
            watcher.put_nowait(event)

    # --------------------------------------------------------------------------------- the contract

    async def ReservarAssento(
        self, request: pb.ReservaRequest, context: Context
    ) -> pb.ReservaResponse:
        await self._begin(request, context)
        lost = [seat for seat in request.assentos if self._is_others(seat, request)]
        if lost:
            return pb.ReservaResponse(
                motivo="assento_indisponivel", mensagem="Que pena.", assentos_falha=lost
            )
        self.change(*(held(seat, request.usuario_id) for seat in request.assentos))
        return _granted(request.assentos, restante_ms=HOLD_MS)

    async def ReservarMelhores(
        self, request: pb.MelhoresRequest, context: Context
    ) -> pb.ReservaResponse:
        await self._begin(request, context)
        seats = [seat for seat in SEATS if seat not in self.taken][: request.quantidade]
        self.change(*(held(seat, request.usuario_id) for seat in seats))
        return _granted(seats, restante_ms=HOLD_MS)

    async def LiberarAssento(
        self, request: pb.ReservaRequest, context: Context
    ) -> pb.ReservaResponse:
        await self._begin(request, context)
        self.change(*(freed(seat, request.usuario_id) for seat in request.assentos))
        return _granted(request.assentos)

    async def EstenderReserva(
        self, request: pb.ReservaRequest, context: Context
    ) -> pb.ReservaResponse:
        await self._begin(request, context)
        seats = [seat for seat in self.taken if not self._is_others(seat, request)]
        self.change(*(held(seat, request.usuario_id) for seat in seats))
        return _granted(seats, restante_ms=HOLD_MS)

    async def ConfirmarPagamento(
        self, request: pb.ReservaRequest, context: Context
    ) -> pb.ReservaResponse:
        await self._begin(request, context)
        if self.refusal is not None:
            return self.refusal
        self.change(*(sold(seat, request.usuario_id) for seat in request.assentos))
        return _granted(
            request.assentos,
            pedido_id=ORDER,
            pedido_token=self.order.link_token,
            pedido_chave=self.order.chave,
        )

    async def AcompanharSessao(
        self, request: pb.SessaoRequest, context: Context
    ) -> AsyncIterator[pb.EventoSessao]:
        await self._begin(request, context)
        with self._watcher() as events:
            yield pb.EventoSessao(instantaneo=self._seat_map())
            while True:
                waiting = [await events.get()]
                while request.em_lotes and not events.empty():
                    waiting.append(events.get_nowait())
                for event in _in_batches(waiting):
                    yield event

    async def ListarSessoes(self, request: pb.Vazio, context: Context) -> pb.SessoesResponse:
        await self._begin(request, context)
        return pb.SessoesResponse(
            sessoes=[self._session()], vendas_pausadas=self.paused, cinema=self.cinema
        )

    async def ObterMapa(self, request: pb.SessaoRequest, context: Context) -> pb.MapaResponse:
        await self._begin(request, context)
        places = [
            pb.Lugar(assento="A01", tipo=pb.CADEIRANTE, preco_centavos=3200),
            pb.Lugar(),
            pb.Lugar(assento="A02", tipo=pb.PREMIUM, preco_centavos=4400),
        ]
        return pb.MapaResponse(
            cinema=self.cinema,
            sessao=self._session(),
            fileiras=[pb.Fileira(nome="A", lugares=places)],
            mapa=self._seat_map(),
            meias_total=80,
            limite_assentos=6,
            tempo_reserva_ms=HOLD_MS,
        )

    async def ObterPedido(self, request: pb.PedidoRequest, context: Context) -> pb.Pedido:
        await self._begin(request, context)
        return self.order

    async def ListarPedidosDoComprador(
        self, request: pb.PedidosDoCompradorRequest, context: Context
    ) -> pb.PedidosResponse:
        await self._begin(request, context)
        own = request.usuario_id == self.order.usuario_id and not self.order.cancelado
        return pb.PedidosResponse(pedidos=[self.order] if own else [])

    async def ReenviarEmail(
        self, request: pb.PedidoRequest, context: Context
    ) -> pb.ReservaResponse:
        await self._begin(request, context)
        return pb.ReservaResponse(sucesso=True)

    async def CorrigirEmail(
        self, request: pb.CorrecaoRequest, context: Context
    ) -> pb.ReservaResponse:
        await self._begin(request, context)
        if self.refusal is not None:
            return self.refusal
        self.order.email = request.email
        return pb.ReservaResponse(sucesso=True)

    async def CancelarPedido(
        self, request: pb.PedidoRequest, context: Context
    ) -> pb.ReservaResponse:
        await self._begin(request, context)
        if self.refusal is not None:
            return self.refusal
        self.order.cancelado = True
        self.change(*(freed(seat, "", "cancelado") for seat in self.order.assentos))
        return _granted(self.order.assentos)

    async def CancelarAssentos(
        self, request: pb.CancelarAssentosRequest, context: Context
    ) -> pb.ReservaResponse:
        await self._begin(request, context)
        if self.refusal is not None:
            return self.refusal
        self.change(*(freed(seat, "", "cancelado") for seat in request.assentos))
        return _granted(request.assentos)

    async def VarrerSessao(
        self, request: pb.VarreduraRequest, context: Context
    ) -> pb.VarreduraResponse:
        await self._begin(request, context)
        return pb.VarreduraResponse(liberados=1)

    async def ObterCartaz(self, request: pb.CartazRequest, context: Context) -> pb.Cartaz:
        self.posters_asked += 1
        return self.posters.get(request.filme_id, pb.Cartaz())

    async def ObterSituacao(self, request: pb.Vazio, context: Context) -> pb.SituacaoResponse:
        return self.situation

    # --------------------------------------------------------------------------------------- inside

    async def _begin(self, request: Any, context: Context) -> None:
        self.requests.append(request)
        await self.answers.wait()
        if self.down:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "Redis is away")
        if _session_of(request) not in (SESSION, ""):
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Sessão desconhecida.")
        if getattr(request, "pedido_id", ORDER) != ORDER:
            await context.abort(grpc.StatusCode.NOT_FOUND, "Pedido não encontrado.")
        unknown = set(getattr(request, "assentos", ())) - set(SEATS)
        if unknown:
            await context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, f"A sala não tem o assento {min(unknown)}."
            )

    @contextlib.contextmanager
    def _watcher(self) -> Iterator[asyncio.Queue[pb.EventoSessao]]:
        events: asyncio.Queue[pb.EventoSessao] = asyncio.Queue()
        self._watchers.add(events)
        self.watched += 1
        self.streams_opened += 1
        try:
            yield events
        finally:
            self._watchers.discard(events)
            self.watched -= 1

    def _is_others(self, seat: str, request: pb.ReservaRequest) -> bool:
        tag = owner_tag(SESSION, request.usuario_id)
        return seat in self.taken and self.taken[seat].marca != tag

    def _seat_map(self) -> pb.MapaSessao:
        return pb.MapaSessao(
            sessao_id=SESSION,
            versao=self.version,
            assentos=self.taken.values(),
            meias_vendidas=self.half_price_sold,
            vendas_pausadas=self.paused,
        )

    def _session(self) -> pb.Sessao:
        session = a_session(self.title, free=len(SEATS) - len(self.taken))
        session.filme.cartaz = self.posters.get("agente-secreto", pb.Cartaz()).versao
        return session


def _granted(seats: Iterable[str], **facts: Any) -> pb.ReservaResponse:
    return pb.ReservaResponse(sucesso=True, mensagem="Feito.", assentos=seats, **facts)


def _in_batches(events: list[pb.EventoSessao]) -> Iterator[pb.EventoSessao]:
    """Updates that come together as one message; a single one as it is."""
    for is_update, some in itertools.groupby(events, lambda event: event.HasField("atualizacao")):
        together = list(some)
        if is_update and len(together) > 1:
            yield pb.EventoSessao(lote=pb.Lote(atualizacoes=[one.atualizacao for one in together]))
        else:
            yield from together


def _session_of(request: Any) -> str:
    if hasattr(request, "assento"):
        return str(request.assento.sessao_id)
    return str(getattr(request, "sessao_id", ""))
