"""A booking server with sessions to spare, and customers who speak gRPC with it."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
import redis

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from gateway.seat_requests import Buyer
from tests.support.backends import RedisServer
from tests.support.infra import started
from tests.support.seat_calls import SeatCalls
from tests.support.services import Booking

CALL_SECONDS = 5
# Spare sessions. At each start booking spends a tenth of a second of CPU on 130 of them.
OF_A_DESK = 130
OF_THE_SHARED_DESK = 400  # the booking tests use 180 where they share one process
PAYMENT = pb.Pagamento(nome_completo="Ana Souza", cpf="529.982.247-25", email="ana@example.com")
_FILM = """\
[[filmes]]
id = "filme"
titulo = "O Agente Secreto"
duracao_min = 158
classificacao = "16"
sinopse = "Recife, 1977."
"""
_SESSION = """
[[salas]]
id = "{session}"
nome = "Sala Azul"
fileiras = [
  "A CA......_....AC",
  "B ........_......",
  "C PPPPPPPP_PPPPPP",
]

[[sessoes]]
id = "{session}"
filme = "filme"
sala = "{session}"
idioma = "legendado"
inicio = {start}
{more}precos = {{ comum = 3200, premium = 4400 }}
"""


def new_session() -> str:
    return f"T{secrets.token_hex(8)}"


def programme(sessions: Iterable[str], start: str = "2099-12-31T17:45:00", **more: str) -> str:
    """A programme in TOML: one film, and for each session a small room of its own."""
    return _FILM + "".join(session_entry(name, start, **more) for name in sessions)


def session_entry(session: str, start: str, **more: str) -> str:
    """What a programme says of one session and its room; `more` are texts, such as `alterada`."""
    lines = "".join(f'{key} = "{text}"\n' for key, text in more.items())
    return _SESSION.format(session=session, start=start, more=lines)


@dataclass(frozen=True)
class Customer:
    """Speaks with one booking server, about one session, as one person."""

    stub: Any
    session: str
    name: str

    def hold(self, *seats: str, token: str = "") -> pb.ReservaResponse:
        return self._calls().hold(self._buyer, seats, token=token)

    def best(self, quantity: int) -> pb.ReservaResponse:
        return self._calls().hold_best(self._buyer, quantity)

    def release(self, *seats: str, token: str = "") -> pb.ReservaResponse:
        return self._calls().release(self._buyer, seats, token)

    def extend(self, *seats: str, token: str = "") -> pb.ReservaResponse:
        return self._calls().extend(self._buyer, seats, token)

    def confirm(
        self,
        *seats: str,
        key: str = "",
        token: str = "",
        payment: pb.Pagamento | None = PAYMENT,
        **more: Any,
    ) -> pb.ReservaResponse:
        """`more` are fields of the contract."""
        calls = self._calls(**more)
        return calls.confirm(self._buyer, seats, token=token, key=key, payment=payment)

    def cancel(self, order_id: str) -> pb.ReservaResponse:
        request = pb.PedidoRequest(pedido_id=order_id)
        answer: pb.ReservaResponse = self.stub.CancelarPedido(request, timeout=CALL_SECONDS)
        return answer

    @property
    def _buyer(self) -> Buyer:
        return Buyer(self.session, self.name)

    def _calls(self, **fields: Any) -> SeatCalls[pb.ReservaResponse]:
        return SeatCalls(self.stub, fields, timeout=CALL_SECONDS)


def all_orders(stub: Any) -> dict[str, pb.Pedido]:
    """Every order that booking has, read page by page."""
    orders: dict[str, pb.Pedido] = {}
    cursor, is_last = "", False
    while not is_last:
        page = stub.ListarPedidos(pb.ListarPedidosRequest(cursor=cursor), timeout=CALL_SECONDS)
        orders |= {order.pedido_id: order for order in page.pedidos}
        cursor, is_last = page.cursor, not page.cursor
    return orders


class Desk:
    """A real booking process on a real Redis of its own, and a gRPC stub for it.

    No gateway, no Kafka.
    """

    def __init__(
        self, folder: Path, booking: Booking, redis_server: RedisServer, sessions: list[str]
    ) -> None:
        self.folder = folder
        self.booking = booking
        self.redis_server = redis_server
        self.sessions = sessions
        self._spare = iter(sessions)
        self._channel = grpc.insecure_channel(booking.address)
        self.stub: Any = ReservaStub(self._channel)

    def new_session(self) -> str:
        """A session that no test has used yet."""
        return next(self._spare)

    def customer(self, session: str = "", name: str = "") -> Customer:
        return Customer(self.stub, session or self.new_session(), name or secrets.token_hex(16))

    def map(self, session: str) -> pb.MapaResponse:
        answer: pb.MapaResponse = self.stub.ObterMapa(
            pb.SessaoRequest(sessao_id=session), timeout=CALL_SECONDS
        )
        return answer

    def states(self, session: str) -> dict[str, str]:
        """The seats that are not free."""
        names = pb.StatusReserva.Estado.Name
        return {seat.assento: names(seat.estado) for seat in self.map(session).mapa.assentos}

    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.redis_server.url, decode_responses=True)

    def close(self) -> None:
        self._channel.close()


def open_desk(
    stack: ExitStack, folder: Path, start: str = "2099-12-31T17:45:00", **settings: str
) -> Desk:
    """A desk with a Redis of its own. Both are gone when the stack is closed."""
    return _open_desk(stack, folder, OF_A_DESK, start, **settings)


def _open_desk(
    stack: ExitStack, folder: Path, spare: int, start: str = "2099-12-31T17:45:00", **settings: str
) -> Desk:
    folder.mkdir(parents=True, exist_ok=True)
    server = stack.enter_context(started(lambda: RedisServer(folder / "redis")))
    sessions = [new_session() for _ in range(spare)]
    (folder / "programacao.toml").write_text(programme(sessions, start))
    booking = Booking(folder, desk_settings(folder, server, **settings))
    desk = Desk(folder, stack.enter_context(booking), server, sessions)
    stack.enter_context(closing(desk))
    return desk


def desk_settings(folder: Path, server: RedisServer, **settings: str) -> dict[str, str]:
    """The settings of every booking server at this desk."""
    return {
        "REDIS_URL": server.url,
        "PROGRAMME_FILE": str(folder / "programacao.toml"),
        "LOG_LEVEL": "INFO",
    } | settings


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes the test's own desk at its end."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One booking server for many tests, each in a session of its own.

    No test may stop or pause it.
    """
    with ExitStack() as stack:
        yield _open_desk(stack, tmp_path_factory.mktemp("desk"), OF_THE_SHARED_DESK)
