"""Performs a buyer's requests at booking, and turns booking's answers into replies to the
browser."""

from typing import Unpack

from cinema.order_link import Reference
from cinema.payment_rules import validate_payment
from cinema.refusals import Refusal
from cinema_pb2 import ReservaResponse
from gateway import frames
from gateway.booking_client import BookingClient
from gateway.booking_faults import BookingDown, Malformed, NotFound
from gateway.frame_types import ErrorFacts, SuccessFacts
from gateway.messages import (
    Action,
    Confirm,
    Extend,
    Faulty,
    Hold,
    HoldBest,
    Incoming,
    Release,
)
from gateway.reasons import Reason
from gateway.seat_requests import Buyer

_DOWN = "As vendas estão fora do ar por um instante. Tente de novo."
_UNKNOWN_OUTCOME = "Ainda não sabemos se o pagamento foi registrado. Estamos tentando de novo."


class Actions:
    """One buyer's requests in one session. A fault of booking becomes a reply, too."""

    __slots__ = ("_booking", "_buyer")

    def __init__(self, booking: BookingClient, buyer: Buyer) -> None:
        self._booking = booking
        self._buyer = buyer

    async def perform(self, action: Action) -> bytes:
        """Returns the reply frame, within booking's deadline."""
        try:
            return await self._perform(action)
        except (Malformed, NotFound) as fault:
            return _error(action, Reason.INVALID_FIELD, str(fault))
        except BookingDown:
            if isinstance(action, Confirm):
                return _error(action, Reason.OUTCOME_UNKNOWN, _UNKNOWN_OUTCOME)
            return _error(action, Reason.BOOKING_DOWN, _DOWN)

    async def _perform(self, action: Action) -> bytes:
        booking, buyer = self._booking, self._buyer
        match action:
            case Hold():
                answer = await booking.hold(buyer, action.seats, action.instead_of)
            case Release():
                answer = await booking.release(buyer, action.seats)
            case Extend():
                answer = await booking.extend(buyer)
            case HoldBest():
                answer = await booking.hold_best(buyer, action.count)
            case Confirm():
                return await self._confirm(action)
        return _reply(action, answer)

    async def _confirm(self, action: Confirm) -> bytes:
        payment = action.payment
        faults = validate_payment(payment.name, payment.cpf or "", payment.email)
        if faults:
            return _error(
                action, Reason.INVALID_FIELD, "Confira os dados do pagamento.", campos=faults
            )
        return _reply(action, await self._booking.buy(self._buyer, action))


def fault_reply(fault: Faulty) -> bytes:
    return _error(fault, fault.reason, fault.text)


def busy_reply(message: Incoming) -> bytes:
    return _error(message, Reason.TOO_MANY_REQUESTS, "Muitas ações de uma vez. Espere um pouco.")


def _reply(action: Action, answer: ReservaResponse) -> bytes:
    if not answer.sucesso:
        return _refusal(action, answer)
    facts: SuccessFacts = {"assentos": list(answer.assentos)}
    if answer.restante_ms:
        facts["restante_ms"] = answer.restante_ms
    if isinstance(action, Confirm):
        facts["pedido"] = answer.pedido_id
        facts["pedido_link"] = str(Reference(answer.pedido_id, answer.pedido_token))
        facts["pedido_chave"] = answer.pedido_chave
        facts["assentos_confirmados"] = list(answer.assentos)
        facts["assentos_falha"] = []
    return frames.success(action.reply_kind, action.id, answer.mensagem, **facts)


def _refusal(action: Action, answer: ReservaResponse) -> bytes:
    facts: ErrorFacts = {"assentos_falha": list(answer.assentos_falha)}
    if answer.motivo == Refusal.HALF_PRICE_GONE:
        facts["meias_restantes"] = answer.meias_restantes
    if answer.pedido_id:
        facts["pedido"] = answer.pedido_id
        facts["pedido_link"] = str(Reference(answer.pedido_id, answer.pedido_token))
    return _error(action, answer.motivo, answer.mensagem, **facts)


def _error(message: Incoming, reason: str, text: str, **facts: Unpack[ErrorFacts]) -> bytes:
    return frames.error(message.reply_kind, message.id, reason, text, **facts)
