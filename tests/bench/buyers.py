"""Buyers who call booking, or anything that speaks cinema.proto's two original calls: as cheaply as
a client can.

What they ask is written down before the clock runs, so that on two cores little of what is measured
is theirs.
"""

import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc

import cinema_pb2 as pb
from tests.bench.meter import Call, drive
from tests.crowd.load import Crowd, free_seats, new_buyer
from tests.support.people import made_up_cpf

CALL_SECONDS = 30
_SERVICE = "/cinema.Reserva"
_SELLING_AT_ONCE = 32
Method = grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]


class Refused(Exception):
    """Something that cannot be refused was."""


@dataclass(frozen=True)
class Order:
    """One buyer's wish: the request is the hold's and the payment's."""

    request: pb.ReservaRequest

    @classmethod
    def of(cls, session: str, seats: Sequence[str], email: str = "ana@exemplo.com.br") -> "Order":
        """One seat is asked for as the original's clients do."""
        return cls(
            pb.ReservaRequest(
                assento=pb.AssentoID(sessao_id=session, assento_num=seats[0]),
                usuario_id=new_buyer(),
                assentos=seats[1:],
                chave_idempotencia=str(uuid.uuid4()),
                pagamento=pb.Pagamento(nome_completo="Ana Souza", cpf=made_up_cpf(), email=email),
            )
        )


class Counter:
    """Where orders are placed: one channel to one server."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.channel = channel
        self._hold: Method = channel.unary_unary(f"{_SERVICE}/ReservarAssento")
        self._pay: Method = channel.unary_unary(f"{_SERVICE}/ConfirmarPagamento")

    def holds(self, orders: Iterable[Order]) -> list[Call]:
        """A hold needs neither key nor payment."""
        return [self._call(self._hold, _without_payment(order.request)) for order in orders]

    def payments(self, orders: Iterable[Order]) -> list[Call]:
        return [self._call(self._pay, order.request) for order in orders]

    def asks(self, orders: Iterable[Order], won: list[Order]) -> list[Call]:
        """Holds that may be refused; those that are granted are added to `won`."""
        return [self._ask(order, won) for order in orders]

    async def seats(self, session: str) -> list[str]:
        """Its free seats."""
        return free_seats(await Crowd(self.channel, session, CALL_SECONDS).seat_map())

    def _call(self, method: Method, request: pb.ReservaRequest) -> Call:
        data = request.SerializeToString()

        async def call() -> None:
            answer = pb.ReservaResponse.FromString(await method(data, timeout=CALL_SECONDS))
            if not answer.sucesso:
                raise Refused(f"{answer.motivo} {answer.mensagem}")

        return call

    def _ask(self, order: Order, won: list[Order]) -> Call:
        data = _without_payment(order.request).SerializeToString()

        async def call() -> None:
            answer = await self._hold(data, timeout=CALL_SECONDS)
            if pb.ReservaResponse.FromString(answer).sucesso:
                won.append(order)

        return call


async def sell(at: Counter, orders: Sequence[Order]) -> None:
    """Holds and pays. Raises Refused."""
    await drive(at.holds(orders), _SELLING_AT_ONCE)
    await drive(at.payments(orders), _SELLING_AT_ONCE)


def in_groups(session: str, seats: Sequence[str], size: int) -> list[Order]:
    """Orders for all of the seats, so many each."""
    groups = [seats[begin : begin + size] for begin in range(0, len(seats), size)]
    return [Order.of(session, group) for group in groups]


@asynccontextmanager
async def counter(address: str) -> AsyncIterator[Counter]:
    async with grpc.aio.insecure_channel(address, [("grpc.enable_http_proxy", 0)]) as channel:
        yield Counter(channel)


def _without_payment(request: pb.ReservaRequest) -> pb.ReservaRequest:
    return pb.ReservaRequest(
        assento=request.assento, usuario_id=request.usuario_id, assentos=request.assentos
    )
