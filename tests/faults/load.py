"""A constant load: so many purchases begin each second, whatever the answers to earlier ones take.

Each caller does what the page does: after an unknown outcome it sends the same request again.
"""

import asyncio
import itertools
import random
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import grpc

import cinema_pb2 as pb
from cinema.booking_channel import open_channel
from cinema.refusals import Refusal
from cinema.retry import Backoff
from cinema.settings import BookingClientSettings
from cinema_pb2_grpc import ReservaStub
from gateway.seat_requests import Buyer
from tests.bench.meter import quantile
from tests.bench.traffic import Pace
from tests.crowd.load import new_buyer
from tests.histories.lines import Action, Outcome
from tests.histories.recording import Recording
from tests.support.people import made_up_cpf
from tests.support.seat_calls import SeatCalls

DEADLINE_SECONDS = 4
PATIENCE_SECONDS = 90  # longer than any fault; then the caller gives up
GIVEN_BACK = 5  # of so many holds one is given back instead of paid for
SLOW_PROVIDER = "exemplo.net"
PROVIDERS = (*("exemplo.com.br",) * 9, SLOW_PROVIDER)  # of the buyers' mailboxes

Hesitation = tuple[float, float]  # how long callers wait before they pay, in seconds

Calls = SeatCalls[Awaitable[pb.ReservaResponse]]
Ask = Callable[[Calls], Awaitable[pb.ReservaResponse]]


class GaveUp(Exception):
    """No answer came within the caller's patience."""


@dataclass
class Answers:
    """Times by time.monotonic(), in seconds."""

    offered: int = 0
    served: int = 0  # purchases and holds given back, acknowledged to their end
    gave_up: int = 0
    unknown: int = 0  # calls whose outcome the caller could not know
    refused: list[str] = field(default_factory=list)  # the reasons of refusals
    sales: dict[str, float] = field(default_factory=dict)  # each acknowledged order, and when
    holds: list[tuple[float, float]] = field(default_factory=list)  # when asked, how long it took
    lapsed: int = 0  # holds that ended while their payment was under way

    def first_sale_after(self, moment: float) -> float | None:
        return min((at for at in self.sales.values() if at >= moment), default=None)

    def longest_pause(self, begin: float, end: float) -> float:
        """The longest time without an acknowledged sale."""
        times = sorted([begin, end, *self.sales.values()])
        return max(later - earlier for earlier, later in itertools.pairwise(times))

    def hold_p99(self, begin: float, end: float) -> float:
        times = [took for at, took in self.holds if begin <= at < end]
        return quantile(times, 0.99) if times else float("inf")


class Load:
    """Purchases of one seat each in one session, at all booking servers in turn."""

    def __init__(
        self,
        addresses: Sequence[str],
        session: str,
        seats: Iterator[str],
        recording: Recording,
        patience: float = PATIENCE_SECONDS,
        hesitation: Hesitation = (0, 0),
    ) -> None:
        self.answers = Answers()
        self._addresses = addresses
        self._session = session
        self._seats = seats
        self._recording = recording
        self._patience = patience
        self._hesitation = hesitation
        self._lapsed: deque[str] = deque()
        self._servers: list[Calls] = []

    @asynccontextmanager
    async def running(self, a_second: float) -> AsyncIterator[Answers]:
        """While the block runs, purchases begin; those that began are finished."""
        channels = [
            open_channel(BookingClientSettings(booking_address=name)) for name in self._addresses
        ]
        self._servers = [Calls(ReservaStub(c), timeout=DEADLINE_SECONDS) for c in channels]
        try:
            async with asyncio.TaskGroup() as purchases:
                arrivals = asyncio.create_task(self._arrive(purchases, a_second))
                try:
                    yield self.answers
                finally:
                    arrivals.cancel()
                    with suppress(asyncio.CancelledError):
                        await arrivals
        finally:
            for channel in channels:
                await channel.close()

    async def _arrive(self, purchases: asyncio.TaskGroup, a_second: float) -> None:
        pace = Pace(a_second)
        while True:
            await pace.leave_for(1)
            # A seat whose hold has lapsed is the next caller's: everybody wants the same ones.
            seat = self._lapsed.popleft() if self._lapsed else next(self._seats)
            self.answers.offered += 1
            purchases.create_task(self._visit(seat, self.answers.offered))

    async def _visit(self, seat: str, number: int) -> None:
        try:
            done = await self._buy(seat, pays=bool(number % GIVEN_BACK), turn=number)
        except GaveUp:
            self.answers.gave_up += 1
        else:
            self.answers.served += done

    async def _buy(self, seat: str, *, pays: bool, turn: int) -> bool:
        buyer = Buyer(self._session, new_buyer())
        ask = partial(self._insist, buyer, seat, turn)
        begin = time.monotonic()
        held = await ask(Action.HOLD, lambda at: at.hold(buyer, [seat]))
        self.answers.holds.append((begin, time.monotonic() - begin))
        if not held.sucesso:
            return False
        if not pays:
            released = await ask(Action.RELEASE, lambda at: at.release(buyer, [seat]))
            return released.sucesso
        await asyncio.sleep(random.uniform(*self._hesitation))
        key, payment = str(uuid.uuid4()), _payment()
        in_time = time.monotonic() < begin + held.restante_ms / 1_000
        paid = await ask(
            Action.CONFIRM, lambda at: at.confirm(buyer, [seat], key=key, payment=payment), key=key
        )
        if paid.sucesso:
            self.answers.sales[paid.pedido_id] = time.monotonic()
        if paid.motivo == Refusal.HOLD_ENDED:
            self.answers.lapsed += in_time
            self._lapsed.append(seat)
        return paid.sucesso

    async def _insist(
        self, buyer: Buyer, seat: str, turn: int, action: Action, ask: Ask, key: str = ""
    ) -> pb.ReservaResponse:
        """The first answer that is one. Each try goes to the next server."""
        backoff, until = Backoff(0.1, 1.0), time.monotonic() + self._patience
        while time.monotonic() < until:
            call = self._recording.call(action, self._session, buyer.id, [seat], key=key)
            try:
                answer = await ask(self._servers[turn % len(self._servers)])
            except grpc.aio.AioRpcError as error:
                self._recording.answer(call, Outcome.UNKNOWN, reason=error.code().name)
                self.answers.unknown += 1
                turn += 1
                await asyncio.sleep(backoff.delay())
                continue
            self._note(call, answer)
            return answer
        raise GaveUp

    def _note(self, call: int, answer: pb.ReservaResponse) -> None:
        outcome = Outcome.OK if answer.sucesso else Outcome.REFUSED
        self._recording.answer(call, outcome, reason=answer.motivo, order=answer.pedido_id)
        if not answer.sucesso:
            self.answers.refused.append(answer.motivo)


def _payment() -> pb.Pagamento:
    email = f"ana-{uuid.uuid4().hex}@{random.choice(PROVIDERS)}"
    return pb.Pagamento(nome_completo="Ana Souza", cpf=made_up_cpf(), email=email, forma="pix")
