"""The orders, as booking knows them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import grpc

import cinema_pb2 as pb
from cinema.outcomes import MailKind
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

    async def page(self, cursor: str) -> tuple[Sequence[pb.Pedido], str]:
        """Some orders and the cursor for the next ones; both begin and end with an empty one."""
        request = pb.ListarPedidosRequest(cursor=cursor)
        answer: pb.ListarPedidosResponse = await self._call(self._stub.ListarPedidos, request)
        return answer.pedidos, answer.cursor

    async def schedule_mail(self, order_id: str, kind: MailKind, own_ms: int) -> bool:
        """True if this call scheduled it; it is the caller's for so long. Safe to repeat."""
        request = pb.AgendarEmailRequest(pedido_id=order_id, tipo=kind, prazo_ms=own_ms)
        return bool((await self._call(self._stub.AgendarEmail, request)).agendado)

    async def claim_mails(
        self, limit: int, own_ms: int, sending: Sequence[str]
    ) -> list[pb.EmailDevido]:
        """Mails that are due, the caller's for so long; as long again for the orders whose mail is being sent."""
        request = pb.ReivindicarEmailsRequest(limite=limit, prazo_ms=own_ms, em_envio=sending)
        return list((await self._call(self._stub.ReivindicarEmails, request)).emails)

    async def record_mail(self, record: pb.RegistroEmail) -> None:
        """What became of the order's mail; safe to repeat."""
        await self._call(self._stub.RegistrarEmail, record)

    async def retry_failed_mails(self) -> int:
        """Makes the mails that failed due again; how many."""
        count, more = 0, True
        while more:
            answer = await self._call(self._stub.RetomarEmails, pb.Vazio())
            count, more = count + answer.retomados, answer.ha_mais
        return count

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
