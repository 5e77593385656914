"""What booking's contract shows of a session: its events, its map, its orders."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Literal

import grpc

import cinema_pb2 as pb
from cinema.contract import CATEGORIES, MAIL_STATES
from cinema.tickets import Ticket, quota_needed
from tests.histories.lines import Change, Map, Order
from tests.histories.recording import Recording
from tests.support.waiting import eventually

LOOKS = 5
CALL_SECONDS = 10
PAUSE_SECONDS = 0.2
_STATES: dict[int, Literal["held", "sold", "free"]] = {
    pb.StatusReserva.RESERVADO: "sold",
    pb.StatusReserva.BLOQUEADO_TEMP: "held",
    pb.StatusReserva.DISPONIVEL: "free",
}
Fields = dict[str, Any]


class EventFollower:
    """Records the events of booking's stream, from a baseline on."""

    def __init__(self, recording: Recording, session: str) -> None:
        self.version = -1
        self._recording = recording
        self.session = session

    async def follow(self, stub: Any) -> None:
        """Until it is cancelled, over all streams that break meanwhile."""
        while True:
            stream = stub.AcompanharSessao(pb.SessaoRequest(sessao_id=self.session))
            with contextlib.suppress(grpc.aio.AioRpcError):
                async for event in stream:
                    self._take(event)
            await asyncio.sleep(PAUSE_SECONDS)

    def _take(self, event: pb.EventoSessao) -> None:
        if event.HasField("instantaneo"):
            self._take_snapshot(event.instantaneo)
        else:
            self._take_update(event.atualizacao)

    def _take_snapshot(self, seat_map: pb.MapaSessao) -> None:
        """The first one of a stream, or that sales are paused or resumed.

        Nothing was missed if the version is the same.
        """
        is_new = seat_map.versao != self.version
        self._recording.state(Map, **map_fields(seat_map), baseline=is_new)
        self.version = seat_map.versao

    def _take_update(self, update: pb.Atualizacao) -> None:
        changes = (
            Change(
                seat=change.assento,
                state=_STATES[change.estado],
                tag=change.marca,
                reason=change.motivo,
            )
            for change in update.mudancas
        )
        self._recording.event(self.session, update.versao, changes)
        self.version = update.versao


@asynccontextmanager
async def followed(stub: Any, recording: Recording, session: str) -> AsyncIterator[EventFollower]:
    """One that has had its baseline. Raises TimeoutError where booking sends none."""
    follower = EventFollower(recording, session)
    following = asyncio.create_task(follower.follow(stub))
    try:
        await eventually(lambda: follower.version >= 0, what="a snapshot")
        yield follower
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following


async def record_booking_state(stub: Any, recording: Recording, follower: EventFollower) -> None:
    """Map and orders of one version, once its events were recorded.

    Without the orders where others change the session all the time. Raises grpc.aio.AioRpcError,
    and TimeoutError where the events do not come.
    """
    session = follower.session
    request = pb.SessaoRequest(sessao_id=session)
    for _ in range(LOOKS):
        seat_map = (await stub.ObterMapa(request, timeout=CALL_SECONDS)).mapa
        orders = [order async for order in _orders(stub) if order.sessao_id == session]
        after = (await stub.ObterMapa(request, timeout=CALL_SECONDS)).mapa
        if after.versao == seat_map.versao:
            break
    await eventually(lambda: follower.version >= after.versao, what="the last events")
    recording.state(Map, **map_fields(after))
    if after.versao == seat_map.versao:
        once = {order.pedido_id: order for order in orders}
        recording.states(Order, "orders", map(order_fields, once.values()))


async def _orders(stub: Any) -> AsyncIterator[pb.Pedido]:
    cursor, is_last = "", False
    while not is_last:
        request = pb.ListarPedidosRequest(cursor=cursor)
        page = await stub.ListarPedidos(request, timeout=CALL_SECONDS)
        for order in page.pedidos:
            yield order
        cursor, is_last = page.cursor, not page.cursor


def map_fields(seat_map: pb.MapaSessao) -> Fields:
    return {
        "source": "map",
        "session": seat_map.sessao_id,
        "version": seat_map.versao,
        **{state: _tags(seat_map.assentos, state) for state in ("held", "sold")},
    }


def _tags(seats: Iterable[pb.EstadoAssento], state: str) -> dict[str, str]:
    return {seat.assento: seat.marca for seat in seats if _STATES[seat.estado] == state}


def order_fields(order: pb.Pedido) -> Fields:
    tickets = [Ticket(t.assento, CATEGORIES[t.categoria], 0) for t in order.ingressos]
    given_back = tuple(one.ingresso.assento for one in order.devolvidos)
    return {
        "session": order.sessao_id,
        "order": order.pedido_id,
        "buyer": order.usuario_id,
        "seats": (*order.assentos, *given_back),
        "given_back": given_back,
        "cancelled": order.cancelado,
        "half_price": quota_needed(tickets),
        "mail": MAIL_STATES[order.email_estado],
    }
