"""The RPCs about an order's mail, for its sender: the consumer, or the producer without Kafka."""

import time

import cinema_pb2 as pb
import cinema_pb2_grpc
from booking.faults import Context, UnknownOrder
from booking.groups import for_each
from booking.mail_schedule import DueMail, MailRecord
from booking.order_replies import order_message
from booking.programme.file import ProgrammeFile
from booking.requests import InvalidRequest
from booking.stores import Stores
from cinema.contract import MAIL_STATES
from cinema.keys import partition_of_order
from cinema.mail_state import MailKind

_MOST_MAILS = 500
_LONGEST_MS = 30 * 24 * 3_600_000
_LONGEST_REASON = 500
_RESULTS = {
    None: pb.AgendarEmailsResponse.SEM_PEDIDO,
    False: pb.AgendarEmailsResponse.NADA_A_ENVIAR,
    True: pb.AgendarEmailsResponse.AGENDADO,
}


class MailRpcs(cinema_pb2_grpc.ReservaServicer):
    def __init__(self, stores: Stores, programme: ProgrammeFile, cancel_until_ms: int) -> None:
        self._seats = stores.seats
        self._mails = stores.mails
        self._programme_file = programme
        self._cancel_until_ms = cancel_until_ms

    async def AgendarEmail(  # noqa: N802 - the contract's names
        self, request: pb.AgendarEmailRequest, context: Context
    ) -> pb.AgendarEmailResponse:
        result = await self._schedule(request)
        if result == pb.AgendarEmailsResponse.SEM_PEDIDO:
            raise UnknownOrder(request.pedido_id)
        return pb.AgendarEmailResponse(agendado=result == pb.AgendarEmailsResponse.AGENDADO)

    async def AgendarEmails(  # noqa: N802
        self, request: pb.AgendarEmailsRequest, context: Context
    ) -> pb.AgendarEmailsResponse:
        results = await for_each(request.emails, self._schedule)
        return pb.AgendarEmailsResponse(resultados=results)

    async def _schedule(self, mail: pb.AgendarEmailRequest) -> "pb.AgendarEmailsResponse.Resultado":
        kind, lease_ms = _kind(mail.tipo), _bounded_ms(mail.prazo_ms)
        scheduled = await self._mails.add(mail.pedido_id, kind, lease_ms)
        if scheduled is None:
            await self._must_not_be_lost(mail.pedido_id)
        return _RESULTS[scheduled]

    async def ReivindicarEmails(  # noqa: N802
        self, request: pb.ReivindicarEmailsRequest, context: Context
    ) -> pb.EmailsDevidos:
        if not 0 <= request.limite <= _MOST_MAILS:
            raise InvalidRequest(f"limite: de 0 a {_MOST_MAILS}.")
        lease_ms = _bounded_ms(request.prazo_ms)
        due = await self._mails.claim(request.limite, lease_ms, request.em_envio)
        return pb.EmailsDevidos(emails=[self._due_message(mail) for mail in due])

    async def RegistrarEmail(  # noqa: N802
        self, request: pb.RegistroEmail, context: Context
    ) -> pb.Vazio:
        if not await self._record(request):
            raise UnknownOrder(request.pedido_id)
        return pb.Vazio()

    async def RegistrarEmails(  # noqa: N802
        self, request: pb.RegistrarEmailsRequest, context: Context
    ) -> pb.RegistrarEmailsResponse:
        recorded = await for_each(request.registros, self._record)
        return pb.RegistrarEmailsResponse(registrados=recorded)

    async def _record(self, record: pb.RegistroEmail) -> bool:
        is_known = await self._mails.record(record.pedido_id, _mail_record(record))
        if not is_known:
            await self._must_not_be_lost(record.pedido_id)
        return is_known

    async def RetomarEmails(  # noqa: N802
        self, request: pb.Vazio, context: Context
    ) -> pb.RetomarEmailsResponse:
        retried, more = await self._mails.retry_failed()
        return pb.RetomarEmailsResponse(retomados=retried, ha_mais=more)

    async def _unknown(self, order_id: str) -> UnknownOrder:
        """The error for an order that does not exist. Raises SalesPaused if the order may have been
        lost."""
        await self._must_not_be_lost(order_id)
        return UnknownOrder(order_id)

    async def _must_not_be_lost(self, order_id: str) -> None:
        """Raises SalesPaused if an order that does not exist may have been lost."""
        await self._seats.must_have_dataset(partition_of_order(order_id))

    def _due_message(self, mail: DueMail) -> pb.EmailDevido:
        programme, now = self._programme_file.current, time.time_ns() // 1_000_000
        return pb.EmailDevido(
            pedido=order_message(mail.order, programme, self._cancel_until_ms, now),
            tipo=mail.kind,
            tentativas=mail.tries,
            copias=mail.copies,
        )


def _mail_record(request: pb.RegistroEmail) -> MailRecord:
    state = MAIL_STATES.get(request.estado)
    if state is None:
        raise InvalidRequest(f"estado desconhecido: {request.estado}.")
    return MailRecord(
        state,
        _kind(request.tipo) if request.tipo else None,
        request.motivo[:_LONGEST_REASON],
        _bounded_ms(request.tentar_em_ms),
        request.tentativas,
        request.copias,
        request.correcoes,
        request.devolucoes,
    )


def _kind(text: str) -> MailKind:
    try:
        return MailKind(text)
    except ValueError:
        raise InvalidRequest("tipo: ingresso ou cancelamento.") from None


def _bounded_ms(milliseconds: int) -> int:
    if not 0 <= milliseconds <= _LONGEST_MS:
        raise InvalidRequest(f"milissegundos: de 0 a {_LONGEST_MS}.")
    return milliseconds
