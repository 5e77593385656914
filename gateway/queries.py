"""What pages and API read from booking, as the API's JSON."""

import time

from cinema_pb2 import Pedido, PedidoRequest, SessaoRequest, Vazio
from gateway.booking import Booking, Malformed, NotFound
from gateway.http_json import Json, map_json, order_json, sessions_json
from gateway.problems import UNKNOWN_ORDER, UNKNOWN_SESSION, Refused

LONGEST_ID = 64


class Queries:
    """Each raises BookingDown, and Refused for what does not exist; `deadline` in seconds."""

    def __init__(self, booking: Booking, deadline: float | None = None) -> None:
        self._booking = booking
        self._deadline = deadline

    async def sessions(self) -> Json:
        answer = await self._booking.call(self._booking.stub.ListarSessoes, Vazio(), self._deadline)
        return sessions_json(answer)

    async def session_map(self, session_id: str) -> Json:
        """The room and its prices; who holds what comes over the WebSocket."""
        if len(session_id) > LONGEST_ID:
            raise Refused(UNKNOWN_SESSION)
        request = SessaoRequest(sessao_id=session_id)
        try:
            answer = await self._booking.call(self._booking.stub.ObterMapa, request, self._deadline)
        except Malformed:
            raise Refused(UNKNOWN_SESSION) from None
        return map_json(answer)

    async def order(self, order_id: str) -> Json:
        return order_json(await self.order_message(order_id), time.time())

    async def order_message(self, order_id: str) -> Pedido:
        try:
            return await self._booking.call(
                self._booking.stub.ObterPedido, order_request(order_id), self._deadline
            )
        except (Malformed, NotFound):
            raise Refused(UNKNOWN_ORDER) from None


def order_request(order_id: str) -> PedidoRequest:
    """Raises Refused for what can be no order's id."""
    if len(order_id) > LONGEST_ID:
        raise Refused(UNKNOWN_ORDER)
    return PedidoRequest(pedido_id=order_id)
