"""The five requests about a buyer's seats, as the contract's messages. How they travel is up to a
subclass.

The gateway sends them in batches (gateway.booking_client), the tests one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Generic, Literal, TypeVar

from cinema.contract import CATEGORY_NUMBERS
from cinema.tickets import Category
from cinema_pb2 import Ingresso, MelhoresRequest, Pagamento, ReservaRequest

Kind = Literal["reservar", "liberar", "estender", "melhores", "confirmar"]
SeatRequest = ReservaRequest | MelhoresRequest
Answer = TypeVar("Answer", covariant=True)
NO_CATEGORIES: Mapping[str, Category] = MappingProxyType({})

# A request's name in PedidoEmLote, and the method of the service that does the same.
METHODS: Final[dict[Kind, str]] = {
    "reservar": "ReservarAssento",
    "liberar": "LiberarAssento",
    "estender": "EstenderReserva",
    "melhores": "ReservarMelhores",
    "confirmar": "ConfirmarPagamento",
}


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer in one session. `network` is the tag of the network address.

    With `from_browser` booking applies the rules of the house, such as whole sofas and no lonely
    seat.
    """

    session_id: str
    id: str
    network: str = ""
    from_browser: bool = False


class SeatRequests(Generic[Answer]):
    """`Answer` is a ReservaResponse, or an awaitable of one.

    A `token` that is sent must be the hold's.
    """

    def hold(
        self, buyer: Buyer, seats: Sequence[str], instead_of: Sequence[str] = (), token: str = ""
    ) -> Answer:
        """All of the seats or none; `instead_of` are given back in the same step."""
        request = _about(buyer, seats, token)
        request.em_troca_de.extend(instead_of)
        return self._send("reservar", request)

    def hold_best(self, buyer: Buyer, count: int) -> Answer:
        request = MelhoresRequest(
            sessao_id=buyer.session_id,
            usuario_id=buyer.id,
            quantidade=count,
            rede=buyer.network,
            do_navegador=buyer.from_browser,
        )
        return self._send("melhores", request)

    def release(self, buyer: Buyer, seats: Sequence[str], token: str = "") -> Answer:
        return self._send("liberar", _about(buyer, seats, token))

    def extend(self, buyer: Buyer, seats: Sequence[str] = (), token: str = "") -> Answer:
        """More time for these holds; without seats for all of the buyer's."""
        return self._send("estender", _about(buyer, seats, token))

    def confirm(
        self,
        buyer: Buyer,
        seats: Sequence[str],
        *,
        token: str = "",
        key: str = "",
        payment: Pagamento | None = None,
        categories: Mapping[str, Category] = NO_CATEGORIES,
        total: int | None = None,
        language: str = "",
        edition: str = "",
    ) -> Answer:
        """Pays for held seats. `key` makes it idempotent; a `total` in centavos is checked against
        the prices.

        Seats that `categories` leaves out are full price. `edition` is that of the map that the
        buyer was shown.
        """
        request = _about(buyer, seats, token)
        request.chave_idempotencia = key
        if payment is not None:
            request.pagamento.CopyFrom(payment)
        request.ingressos.extend(
            Ingresso(assento=seat, categoria=CATEGORY_NUMBERS[category])
            for seat, category in categories.items()
        )
        if total is not None:
            request.total_centavos = total
        request.idioma = language
        request.edicao = edition
        return self._send("confirmar", request)

    def _send(self, kind: Kind, request: SeatRequest) -> Answer:
        raise NotImplementedError


def _about(buyer: Buyer, seats: Sequence[str], token: str) -> ReservaRequest:
    request = ReservaRequest(
        usuario_id=buyer.id,
        assentos=seats,
        reserva_token=token,
        rede=buyer.network,
        do_navegador=buyer.from_browser,
    )
    request.assento.sessao_id = buyer.session_id
    return request
