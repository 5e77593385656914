"""Buyers without a pause: holds, sales, releases and cancellations in one session, at a given
rate."""

import asyncio
import random
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import cinema_pb2 as pb
from cinema_pb2_grpc import ReservaStub
from gateway.seat_requests import Buyer
from tests.crowd.load import Crowd, Seats, free_seats, new_buyer
from tests.support.seat_calls import SeatCalls

GROUP = 6
CALL_SECONDS = 5
BUYERS = 24  # calls under way at once
SOLD_PART = 0.2


class Pace:
    """Gives leave for so many changes a second, evenly; who comes late is let in at once."""

    def __init__(self, changes_a_second: float) -> None:
        self._seconds_a_change = 1 / changes_a_second
        self.begin()

    def begin(self) -> None:
        self._next = time.monotonic()

    async def leave_for(self, changes: int) -> None:
        wait = self._next - time.monotonic()
        self._next += changes * self._seconds_a_change
        if wait > 0:
            await asyncio.sleep(wait)


@dataclass(frozen=True)
class Holding:
    """What one buyer has; `order` once it is paid for."""

    buyer: Buyer
    seats: Seats
    token: str
    order: str = ""


class Traffic:
    """Keeps about half of the seats taken.

    `changes`: seats that changed so far, as booking has acknowledged.
    """

    def __init__(
        self, stub: "ReservaStub", session: str, seats: Sequence[str], rate: float
    ) -> None:
        self.changes = 0
        self._stub: Any = stub
        self._calls = SeatCalls[Awaitable[pb.ReservaResponse]](stub, timeout=CALL_SECONDS)
        self._session = session
        self._pace = Pace(rate)
        self._random = random.Random(7)
        self._free = list(seats)
        self._random.shuffle(self._free)
        self._held: deque[Holding] = deque()
        self._enough = len(seats) // (2 * GROUP)

    async def fill(self) -> None:
        """Takes half of the seats, as fast as it goes."""
        while len(self._held) < self._enough:
            await asyncio.gather(*(self._hold() for _ in range(BUYERS)))

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """It flows until the block ends."""
        task = asyncio.create_task(self._run())
        try:
            yield
            if task.done():
                task.result()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        self._pace.begin()
        async with asyncio.TaskGroup() as group:
            for _ in range(BUYERS):
                group.create_task(self._buy_and_give_back())

    async def _buy_and_give_back(self) -> None:
        while True:
            await self._pace.leave_for(GROUP)
            await self._hold()
            await self._give_one_back()

    async def _give_one_back(self) -> None:
        """The oldest; on the way there some pay."""
        while True:
            holding = self._held.popleft()
            await self._pace.leave_for(GROUP)
            if holding.order or self._random.random() > SOLD_PART:
                await self._end(holding)
                return
            await self._pay(holding)

    async def _hold(self) -> None:
        seats = tuple(self._free.pop() for _ in range(GROUP))
        buyer = Buyer(self._session, new_buyer())
        answer = self._counted(await self._calls.hold(buyer, seats))
        self._held.append(Holding(buyer, seats, answer.reserva_token))

    async def _end(self, holding: Holding) -> None:
        if holding.order:
            request = pb.PedidoRequest(pedido_id=holding.order)
            self._counted(await self._stub.CancelarPedido(request, timeout=CALL_SECONDS))
        else:
            released = self._calls.release(holding.buyer, holding.seats, holding.token)
            self._counted(await released)
        # Anywhere, so that the next changes are not where the last ones were.
        for seat in holding.seats:
            self._free.insert(self._random.randrange(len(self._free) + 1), seat)

    async def _pay(self, holding: Holding) -> None:
        sold = self._calls.confirm(
            holding.buyer, holding.seats, token=holding.token, key=str(uuid.uuid4())
        )
        answer = self._counted(await sold)
        self._held.append(replace(holding, order=answer.pedido_id))

    def _counted(self, answer: pb.ReservaResponse) -> pb.ReservaResponse:
        if not answer.sucesso:
            raise RuntimeError(f"booking refuses: {answer.motivo} {answer.mensagem}")
        self.changes += GROUP
        return answer


async def half_full(channel: Any, session: str, rate: float) -> Traffic:
    """Traffic that has taken half of the free seats, and does nothing more until it is asked to
    flow."""
    seats = free_seats(await Crowd(channel, session, CALL_SECONDS).seat_map())
    traffic = Traffic(ReservaStub(channel), session, seats, rate)
    await traffic.fill()
    return traffic
