"""A crowd of buyers who call booking at the same moment, and the answer to each."""

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import grpc

import cinema_pb2 as pb
import cinema_pb2_grpc
from gateway.seat_requests import Buyer
from tests.support.seat_calls import SeatCalls

Seats = tuple[str, ...]
Wishes = list[tuple[str, Seats]]  # which buyer asks for what


class Call(StrEnum):
    HOLD = "ReservarAssento"
    CONFIRM = "ConfirmarPagamento"
    RELEASE = "LiberarAssento"


class Outcome(StrEnum):
    WON = "won"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # no answer: it may have been granted all the same
    INVALID = "invalid"  # the server calls it malformed


_MALFORMED = (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED)


@dataclass(frozen=True)
class Attempt:
    """One request and its answer. Times in seconds, `until` by time.monotonic()."""

    call: Call
    buyer: str
    seats: Seats
    outcome: Outcome
    why: str = ""  # the motivo of a refusal, the status of an error
    seconds: float = 0
    until: float = 0  # a granted hold lasts at least until then
    token: str = ""
    order: str = ""
    failed: Seats = ()


class Crowd:
    """Calls one session of a booking server; every answer becomes an Attempt, none an exception."""

    def __init__(self, channel: grpc.aio.Channel, session_id: str, deadline: float) -> None:
        self._stub = cinema_pb2_grpc.ReservaStub(channel)
        self._calls = SeatCalls[Awaitable[pb.ReservaResponse]](self._stub, timeout=deadline)
        self._session_id = session_id
        self._deadline = deadline

    async def seat_map(self) -> pb.MapaResponse:
        """Raises grpc.aio.AioRpcError."""
        request = pb.SessaoRequest(sessao_id=self._session_id)
        return await self._stub.ObterMapa(request, timeout=self._deadline)

    async def session_ids(self) -> list[str]:
        """Raises grpc.aio.AioRpcError."""
        answer = await self._stub.ListarSessoes(pb.Vazio(), timeout=self._deadline)
        return [session.sessao_id for session in answer.sessoes]

    async def hold(self, buyer: str, seats: Seats) -> Attempt:
        ask = partial(self._calls.hold, self._known(buyer), seats)
        return await self._attempt(Call.HOLD, buyer, seats, ask)

    async def confirm(self, held: Attempt) -> Attempt:
        buyer, key = self._known(held.buyer), str(uuid.uuid4())
        ask = partial(self._calls.confirm, buyer, held.seats, token=held.token, key=key)
        return await self._attempt(Call.CONFIRM, held.buyer, held.seats, ask, key)

    async def release(self, held: Attempt) -> Attempt:
        ask = partial(self._calls.release, self._known(held.buyer), held.seats, held.token)
        return await self._attempt(Call.RELEASE, held.buyer, held.seats, ask)

    def _known(self, buyer: str) -> Buyer:
        return Buyer(self._session_id, buyer)

    async def _attempt(
        self,
        call: Call,
        buyer: str,
        seats: Seats,
        ask: Callable[[], Awaitable[pb.ReservaResponse]],
        key: str = "",
    ) -> Attempt:
        """`key` is that of the order, for a crowd that records it."""
        begin = time.monotonic()
        try:
            answer = await ask()
        except grpc.aio.AioRpcError as error:
            kind = Outcome.INVALID if error.code() in _MALFORMED else Outcome.UNKNOWN
            spent = time.monotonic() - begin
            return Attempt(call, buyer, seats, kind, error.code().name, spent)
        kind = Outcome.WON if answer.sucesso else Outcome.REFUSED
        return Attempt(
            call,
            buyer,
            seats,
            kind,
            answer.motivo,
            time.monotonic() - begin,
            begin + answer.restante_ms / 1000,
            answer.reserva_token,
            answer.pedido_id,
            tuple(answer.assentos_falha),
        )


async def hold_at_once(
    crowd: Crowd,
    wishes: Wishes,
    on_answer: Callable[[Attempt], None] = lambda _: None,
) -> list[Attempt]:
    """Every buyer asks for its seats, all released from one barrier."""
    barrier = asyncio.Barrier(len(wishes))

    async def ask(buyer: str, seats: Seats) -> Attempt:
        await barrier.wait()
        attempt = await crowd.hold(buyer, seats)
        on_answer(attempt)
        return attempt

    return await asyncio.gather(*(ask(buyer, seats) for buyer, seats in wishes))


def draw_same_seat(buyers: int, free: Sequence[str], rng: random.Random) -> Wishes:
    seat = rng.choice(free)
    return [(new_buyer(), (seat,)) for _ in range(buyers)]


def draw_groups(buyers: int, sizes: range, free: Sequence[str], rng: random.Random) -> Wishes:
    def group() -> Seats:
        return tuple(rng.sample(free, min(rng.choice(sizes), len(free))))

    return [(new_buyer(), group()) for _ in range(buyers)]


def new_buyer() -> str:
    """One that nobody has seen before, so that no limit of an earlier round counts."""
    return f"client-{uuid.uuid4()}"


def free_seats(answer: pb.MapaResponse) -> list[str]:
    taken = {state.assento for state in answer.mapa.assentos}
    seats = [place.assento for row in answer.fileiras for place in row.lugares if place.assento]
    return [seat for seat in seats if seat not in taken]
