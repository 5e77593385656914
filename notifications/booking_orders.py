"""The orders, as booking knows them."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import grpc

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from notifications.dependency import DependencyDown, TemporaryFailure

T = TypeVar("T")

_DOWN = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.CANCELLED,  # by the other side, as it stops or is flooded
    }
)
_UNKNOWN_ORDER = frozenset({grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT})


class UnknownOrder(Exception):
    """Booking has no such order."""


class BookingOrders:
    """Every call ends within `deadline` seconds. Raises DependencyDown, TemporaryFailure and UnknownOrder."""

    def __init__(self, channel: grpc.aio.Channel, deadline: float) -> None:
        self._stub = ReservaStub(channel)
        self._deadline = deadline

    async def get(self, order_id: str) -> pb.Pedido:
        return await self._call(self._stub.ObterPedido, pb.PedidoRequest(pedido_id=order_id))

    async def record_mail(self, order_id: str, state: pb.EstadoEmail, reason: str = "") -> None:
        """What became of the order's mail; safe to repeat."""
        record = pb.RegistroEmail(pedido_id=order_id, estado=state, motivo=reason)
        await self._call(self._stub.RegistrarEmail, record)

    async def _call(self, method: Callable[..., Awaitable[T]], request: object) -> T:
        try:
            return await method(request, timeout=self._deadline)
        except grpc.aio.AioRpcError as error:
            code = error.code()
            if code in _DOWN:
                raise DependencyDown(code.name) from None
            if code in _UNKNOWN_ORDER:
                raise UnknownOrder from None
            raise TemporaryFailure(f"booking answered {code.name}") from None
