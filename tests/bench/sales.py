"""Sales by gRPC, each by another buyer, with everything that a mail needs."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

import cinema_pb2 as pb
from tests.crowd.load import new_buyer
from tests.support.people import made_up_cpf

CALL_SECONDS = 5


@dataclass(frozen=True)
class Sale:
    """Of one seat.

    `seconds`: how long the purchase took, without the hold; `acknowledged`: time.monotonic().
    """

    order: str
    seconds: float
    acknowledged: float


async def sell(stub: Any, session: str, seat: str) -> Sale:
    """Holds and pays. Raises RuntimeError if booking refuses."""
    request = pb.ReservaRequest(
        assento=pb.AssentoID(sessao_id=session),
        usuario_id=new_buyer(),
        assentos=[seat],
        chave_idempotencia=str(uuid.uuid4()),
        pagamento=pb.Pagamento(
            nome_completo="Ana Souza", cpf=made_up_cpf(), email="ana@exemplo.com.br"
        ),
    )
    _granted(await stub.ReservarAssento(request, timeout=CALL_SECONDS))
    begin = time.monotonic()
    answer = _granted(await stub.ConfirmarPagamento(request, timeout=CALL_SECONDS))
    end = time.monotonic()
    return Sale(answer.pedido_id, end - begin, end)


async def take_back(stub: Any, sale: Sale) -> None:
    request = pb.PedidoRequest(pedido_id=sale.order)
    _granted(await stub.CancelarPedido(request, timeout=CALL_SECONDS))


def _granted(answer: pb.ReservaResponse) -> pb.ReservaResponse:
    if not answer.sucesso:
        raise RuntimeError(f"booking refuses: {answer.motivo} {answer.mensagem}")
    return answer
