"""What is asked of booking for a buyer, as the contract's messages."""

from collections.abc import Sequence
from dataclasses import dataclass

from cinema.contract import CATEGORY_NUMBERS
from cinema_pb2 import Ingresso, MelhoresRequest, Pagamento, ReservaRequest
from gateway.messages import Confirm, Payment


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody at a browser, in one session. `network` is the tag of the network address."""

    session_id: str
    id: str
    network: str


def seats_request(buyer: Buyer, seats: Sequence[str]) -> ReservaRequest:
    request = ReservaRequest(
        usuario_id=buyer.id, assentos=seats, rede=buyer.network, do_navegador=True
    )
    request.assento.sessao_id = buyer.session_id
    return request


def best_request(buyer: Buyer, count: int) -> MelhoresRequest:
    return MelhoresRequest(
        sessao_id=buyer.session_id,
        usuario_id=buyer.id,
        quantidade=count,
        rede=buyer.network,
        do_navegador=True,
    )


def purchase_request(buyer: Buyer, purchase: Confirm) -> ReservaRequest:
    request = seats_request(buyer, purchase.seats)
    request.chave_idempotencia = purchase.key
    request.pagamento.CopyFrom(_payment(purchase.payment))
    request.ingressos.extend(
        Ingresso(assento=seat, categoria=CATEGORY_NUMBERS[category])
        for seat, category in purchase.categories.items()
    )
    if purchase.total is not None:
        request.total_centavos = purchase.total
    request.idioma = purchase.language
    request.edicao = purchase.edition
    return request


def _payment(typed: Payment) -> Pagamento:
    return Pagamento(
        nome_completo=typed.name, cpf=typed.cpf or "", email=typed.email, forma=typed.method
    )
