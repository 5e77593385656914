"""Asks booking about orders and their mails. Requests of several tasks share one call."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import grpc

import cinema_pb2 as pb
from cinema.call_faults import CallFault, call_fault
from cinema.mail_state import MailKind
from cinema_pb2_grpc import ReservaStub
from notifications.batcher import Batcher
from notifications.dependency import DependencyDown, TemporaryFailure

T = TypeVar("T")

_ORDERS_A_CALL = 100  # some 200 kB, and 20 ms of booking's time in small pieces


class UnknownOrder(Exception):
    """Booking has no such order."""


class BookingOrders:
    """Every call ends within `deadline` seconds.

    Raises DependencyDown, TemporaryFailure and UnknownOrder.
    """

    def __init__(self, channel: grpc.aio.Channel, deadline: float) -> None:
        self._stub = ReservaStub(channel)
        self._deadline = deadline
        self._gets = Batcher(self._get_all, _ORDERS_A_CALL, DependencyDown)
        self._schedules = Batcher(self._schedule_all, _ORDERS_A_CALL, DependencyDown)
        self._records = Batcher(self._record_all, _ORDERS_A_CALL, DependencyDown)

    async def get(self, order_id: str) -> pb.Pedido:
        order = await self._gets.ask(order_id)
        if not order.pedido_id:
            raise UnknownOrder
        return order

    async def page(self, cursor: str) -> tuple[Sequence[pb.Pedido], str]:
        """Some orders, and the cursor of the next page.

        An empty cursor asks for the first page, and follows the last.
        """
        request = pb.ListarPedidosRequest(cursor=cursor)
        answer: pb.ListarPedidosResponse = await self._call(self._stub.ListarPedidos, request)
        return answer.pedidos, answer.cursor

    async def schedule_mail(self, order_id: str, kind: MailKind, lease_ms: int) -> bool:
        """True if this call scheduled it; the caller then has its lease for `lease_ms`.

        Safe to repeat.
        """
        request = pb.AgendarEmailRequest(pedido_id=order_id, tipo=kind, prazo_ms=lease_ms)
        result = await self._schedules.ask(request)
        if result == pb.AgendarEmailsResponse.SEM_PEDIDO:
            raise UnknownOrder
        return result == pb.AgendarEmailsResponse.AGENDADO

    async def claim_mails(
        self, limit: int, lease_ms: int, sending: Sequence[str]
    ) -> list[pb.EmailDevido]:
        """Leases mails that are due, and renews the leases of the orders in `sending`."""
        request = pb.ReivindicarEmailsRequest(limite=limit, prazo_ms=lease_ms, em_envio=sending)
        return list((await self._call(self._stub.ReivindicarEmails, request)).emails)

    async def record_mail(self, record: pb.RegistroEmail) -> None:
        """Safe to repeat."""
        if not await self._records.ask(record):
            raise UnknownOrder

    async def retry_failed_mails(self) -> int:
        """Makes the failed mails due again, and returns their number."""
        count, more = 0, True
        while more:
            answer = await self._call(self._stub.RetomarEmails, pb.Vazio())
            count, more = count + answer.retomados, answer.ha_mais
        return count

    async def resend_mail(self, order_id: str) -> pb.ReservaResponse:
        """Refused over the limit of repeated mails."""
        request = pb.PedidoRequest(pedido_id=order_id)
        answer: pb.ReservaResponse = await self._call(self._stub.ReenviarEmail, request)
        return answer

    async def _get_all(self, order_ids: Sequence[str]) -> Sequence[pb.Pedido]:
        request = pb.PedidosRequest(pedido_ids=order_ids)
        answer: pb.PedidosResponse = await self._call(self._stub.ObterPedidos, request)
        return answer.pedidos

    async def _schedule_all(
        self, mails: Sequence[pb.AgendarEmailRequest]
    ) -> Sequence[pb.AgendarEmailsResponse.Resultado]:
        request = pb.AgendarEmailsRequest(emails=mails)
        answer: pb.AgendarEmailsResponse = await self._call(self._stub.AgendarEmails, request)
        return answer.resultados

    async def _record_all(self, records: Sequence[pb.RegistroEmail]) -> Sequence[bool]:
        request = pb.RegistrarEmailsRequest(registros=records)
        answer: pb.RegistrarEmailsResponse = await self._call(self._stub.RegistrarEmails, request)
        return answer.registrados

    async def _call(self, method: Callable[..., Awaitable[T]], request: object) -> T:
        try:
            return await method(request, timeout=self._deadline)
        except grpc.aio.AioRpcError as error:
            status = error.code()
            match call_fault(status):
                case CallFault.DOWN | CallFault.OUTDATED:  # an outdated server will be replaced
                    raise DependencyDown(status.name) from None
                case CallFault.NOT_FOUND | CallFault.MALFORMED:
                    raise UnknownOrder from None
            raise TemporaryFailure(f"booking answered {status.name}") from None
