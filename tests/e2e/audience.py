"""The other people in the same hall: no browser, straight to booking, and what booking says is true."""

import contextlib
import uuid
from collections.abc import Iterator
from typing import Any

import grpc

import cinema_pb2 as pb
from cinema.order_link import Reference
from cinema_pb2_grpc import ReservaStub
from tests.e2e.page import SessionPage
from tests.support.waiting import wait_until

CALL_SECONDS = 10
_STATES = {
    pb.StatusReserva.RESERVADO: "sold",
    pb.StatusReserva.BLOQUEADO_TEMP: "held",
}


class Audience:
    """One person who holds, releases and buys seats; `taken` is the map as booking has it."""

    def __init__(self, stub: ReservaStub, session: str = "S001") -> None:
        self.session = session
        self._stub = stub
        self._person = uuid.uuid4().hex

    def somebody_else(self) -> "Audience":
        return Audience(self._stub, self.session)

    def hold(self, *seats: str) -> None:
        self._done(self._stub.ReservarAssento, seats)

    def release(self, *seats: str) -> None:
        self._done(self._stub.LiberarAssento, seats)

    def buy(self, *seats: str) -> str:
        """Holds and pays, as the original's clients do; how a page shows the order."""
        self.hold(*seats)
        sold = self._done(self._stub.ConfirmarPagamento, seats)
        return str(Reference(sold.pedido_id, sold.pedido_token))

    def take(self, seat: str, seconds: float = 10) -> None:
        """Holds a seat as soon as it is free."""

        def held() -> bool:
            return bool(self._call(self._stub.ReservarAssento, [seat]).sucesso)

        wait_until(held, seconds, f"somebody else holds {seat}")

    def taken(self) -> dict[str, str]:
        """Every seat that is not free: bloqueado or ocupado."""
        answer = self._stub.ObterMapa(
            pb.SessaoRequest(sessao_id=self.session), timeout=CALL_SECONDS
        )
        return {seat.assento: _STATES[seat.estado] for seat in answer.mapa.assentos}

    def expect_map(self, page: SessionPage, seconds: float = 10) -> None:
        """The page shows what booking says, seat by seat; its own are held by or sold to somebody, too."""
        known = {"mine": "held", "bought": "sold"}

        def shown() -> dict[str, str]:
            return {seat: known.get(state, state) for seat, state in page.taken().items()}

        wait_until(lambda: shown() == self.taken(), seconds, "the page's map is booking's")

    def _done(self, method: Any, seats: tuple[str, ...]) -> Any:
        answer = self._call(method, list(seats))
        assert answer.sucesso, answer
        return answer

    def _call(self, method: Any, seats: list[str]) -> Any:
        request = pb.ReservaRequest(
            assento=pb.AssentoID(sessao_id=self.session),
            usuario_id=self._person,
            assentos=seats,
            chave_idempotencia=uuid.uuid4().hex,
        )
        return method(request, timeout=CALL_SECONDS, wait_for_ready=True)


@contextlib.contextmanager
def audience_of(address: str) -> Iterator[Audience]:
    with grpc.insecure_channel(address, [("grpc.enable_http_proxy", 0)]) as channel:
        yield Audience(ReservaStub(channel))
