"""The other people in the same hall: no browser, straight to booking, and what booking says is
true."""

import contextlib
import uuid
from collections.abc import Iterator

import grpc

import cinema_pb2 as pb
from cinema.order_link import Reference
from cinema_pb2_grpc import ReservaStub
from gateway.seat_requests import Buyer
from tests.e2e.page import SessionPage
from tests.support.seat_calls import SeatCalls
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
        self._calls = SeatCalls[pb.ReservaResponse](stub, timeout=CALL_SECONDS, wait_for_ready=True)
        self._person = uuid.uuid4().hex

    def somebody_else(self) -> "Audience":
        return Audience(self._stub, self.session)

    def hold(self, *seats: str) -> None:
        _granted(self._calls.hold(self._me, seats))

    def release(self, *seats: str) -> None:
        _granted(self._calls.release(self._me, seats))

    def buy(self, *seats: str) -> str:
        """Holds and pays, as the original's clients do; how a page shows the order."""
        self.hold(*seats)
        sold = _granted(self._calls.confirm(self._me, seats, key=uuid.uuid4().hex))
        return str(Reference(sold.pedido_id, sold.pedido_token))

    def take(self, seat: str, seconds: float = 10) -> None:
        """Holds a seat as soon as it is free."""

        def held() -> bool:
            return self._calls.hold(self._me, [seat]).sucesso

        wait_until(held, seconds, f"somebody else holds {seat}")

    def taken(self) -> dict[str, str]:
        """Every seat that is not free: bloqueado or ocupado."""
        answer = self._stub.ObterMapa(
            pb.SessaoRequest(sessao_id=self.session), timeout=CALL_SECONDS
        )
        return {seat.assento: _STATES[seat.estado] for seat in answer.mapa.assentos}

    def expect_map(self, page: SessionPage, seconds: float = 10) -> None:
        """The page shows what booking says, seat by seat; its own are held by or sold to
        somebody, too."""
        known = {"mine": "held", "bought": "sold"}

        def shown() -> dict[str, str]:
            return {seat: known.get(state, state) for seat, state in page.taken().items()}

        wait_until(lambda: shown() == self.taken(), seconds, "the page's map is booking's")

    @property
    def _me(self) -> Buyer:
        return Buyer(self.session, self._person)


def _granted(answer: pb.ReservaResponse) -> pb.ReservaResponse:
    assert answer.sucesso, answer
    return answer


@contextlib.contextmanager
def audience_of(address: str) -> Iterator[Audience]:
    with grpc.insecure_channel(address, [("grpc.enable_http_proxy", 0)]) as channel:
        yield Audience(ReservaStub(channel))
