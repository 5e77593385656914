"""What a buyer asks for, put to booking, and booking's answer as the reply to the browser."""

from typing import Any

from cinema.order_link import Reference
from cinema.payment_rules import validate_payment
from cinema.refusals import Refusal
from cinema_pb2 import (
    Ingresso,
    MelhoresRequest,
    Pagamento,
    ReservaRequest,
    ReservaResponse,
)
from gateway import frames
from gateway.booking import Booking, BookingDown, Malformed, NotFound
from gateway.messages import (
    Action,
    Confirm,
    Extend,
    Faulty,
    Hold,
    HoldBest,
    Incoming,
    Payment,
    Release,
)

_DOWN = "As vendas estão fora do ar por um instante. Tente de novo."
_UNKNOWN_OUTCOME = "Ainda não sabemos se o pagamento foi registrado. Estamos tentando de novo."


class Actions:
    """One buyer's requests in one session. Every fault of booking becomes a reply, too.

    `network` is the tag of the network address that the browser comes from.
    """

    def __init__(self, booking: Booking, session_id: str, buyer: str, network: str) -> None:
        self._booking = booking
        self._session_id = session_id
        self._buyer = buyer
        self._network = network

    async def perform(self, action: Action) -> str:
        """The reply frame, within booking's deadline."""
        try:
            return await self._perform(action)
        except (Malformed, NotFound) as fault:
            return _error(action, "dados_invalidos", str(fault))
        except BookingDown:
            if isinstance(action, Confirm):
                return _error(action, "resposta_desconhecida", _UNKNOWN_OUTCOME)
            return _error(action, "indisponivel", _DOWN)

    async def _perform(self, action: Action) -> str:
        call, stub = self._booking.call, self._booking.stub
        match action:
            case Hold():
                answer = await call(stub.ReservarAssento, self._request(action.seats))
            case Release():
                answer = await call(stub.LiberarAssento, self._request(action.seats))
            case Extend():
                answer = await call(stub.EstenderReserva, self._request([]))
            case HoldBest():
                answer = await call(stub.ReservarMelhores, self._best(action))
            case Confirm():
                return await self._confirm(action)
        return _reply(action, answer)

    async def _confirm(self, action: Confirm) -> str:
        payment = action.payment
        faults = validate_payment(payment.name, payment.cpf or "", payment.email)
        if faults:
            return _error(
                action, "dados_invalidos", "Confira os dados do pagamento.", campos=faults
            )
        answer = await self._booking.call(
            self._booking.stub.ConfirmarPagamento, self._purchase(action)
        )
        return _reply(action, answer)

    def _purchase(self, action: Confirm) -> ReservaRequest:
        request = self._request(action.seats)
        request.chave_idempotencia = action.key
        request.pagamento.CopyFrom(_payment(action.payment))
        request.ingressos.extend(
            Ingresso(assento=seat, categoria=category.upper())
            for seat, category in action.categories.items()
        )
        if action.total is not None:
            request.total_centavos = action.total
        request.idioma = action.language
        request.edicao = action.edition
        return request

    def _request(self, seats: list[str]) -> ReservaRequest:
        request = ReservaRequest(
            usuario_id=self._buyer, assentos=seats, rede=self._network, do_navegador=True
        )
        request.assento.sessao_id = self._session_id
        return request

    def _best(self, action: HoldBest) -> MelhoresRequest:
        return MelhoresRequest(
            sessao_id=self._session_id,
            usuario_id=self._buyer,
            quantidade=action.count,
            rede=self._network,
            do_navegador=True,
        )


def _payment(typed: Payment) -> Pagamento:
    return Pagamento(
        nome_completo=typed.name, cpf=typed.cpf or "", email=typed.email, forma=typed.method
    )


def fault_reply(fault: Faulty) -> str:
    return _error(fault, fault.reason, fault.text)


def busy_reply(message: Incoming) -> str:
    return _error(message, "excesso_de_mensagens", "Há pedidos demais de uma vez. Espere um pouco.")


def _reply(action: Action, answer: ReservaResponse) -> str:
    if not answer.sucesso:
        return _refusal(action, answer)
    facts: dict[str, Any] = {"assentos": list(answer.assentos)}
    if answer.restante_ms:
        facts["restante_ms"] = answer.restante_ms
    if isinstance(action, Confirm):
        facts |= {
            "pedido": answer.pedido_id,
            "pedido_link": str(Reference(answer.pedido_id, answer.pedido_token)),
            "pedido_chave": answer.pedido_chave,
            "assentos_confirmados": list(answer.assentos),
            "assentos_falha": [],
        }
    return frames.success(action.reply_kind, action.id, answer.mensagem, **facts)


def _refusal(action: Action, answer: ReservaResponse) -> str:
    facts: dict[str, Any] = {"assentos_falha": list(answer.assentos_falha)}
    if answer.motivo == Refusal.HALF_PRICE_GONE:
        facts["meias_restantes"] = answer.meias_restantes
    if answer.pedido_id:
        facts["pedido"] = answer.pedido_id
        facts["pedido_link"] = str(Reference(answer.pedido_id, answer.pedido_token))
    return _error(action, answer.motivo, answer.mensagem, **facts)


def _error(message: Incoming, reason: str, text: str, **facts: Any) -> str:
    return frames.error(message.reply_kind, message.id, reason, text, **facts)
