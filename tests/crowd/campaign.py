"""Rounds of a crowd in one session."""

import asyncio
import itertools
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.crowd.load import Attempt, Call, Crowd, Outcome, Wishes, free_seats, hold_at_once

OnAnswer = Callable[[Attempt], None]


@dataclass(frozen=True)
class Rules:
    """What a campaign does.

    `draw` gives each round's wishes from the free seats; `rounds` None: until no seat is left or
    nobody wins one; `confirm`: the part of the winners that pays; `keep`: nothing is given back.
    """

    draw: Callable[[Sequence[str], random.Random], Wishes]
    rounds: int | None
    confirm: float
    keep: bool
    seed: int | None


class Campaign:
    """`attempts` are its result, also of an interrupted one."""

    def __init__(self, rules: Rules) -> None:
        self.attempts: list[Attempt] = []
        self.seconds: defaultdict[Call, float] = defaultdict(float)
        self.not_given_back = 0
        self._rules = rules
        self._rng = random.Random(rules.seed)
        self._standing: list[Attempt] = []  # since seats were given back

    async def run(self, crowd: Crowd, free: Sequence[str], on_answer: OnAnswer) -> None:
        """Begins with the seats that are free.

        Raises grpc.aio.AioRpcError where no map is to be had.
        """
        filling = self._rules.rounds is None
        try:
            for _ in itertools.count() if filling else range(self._rules.rounds or 0):
                won = await self._play_round(crowd, free, on_answer)
                if not filling:
                    await self._give_back(crowd)
                free = free_seats(await crowd.seat_map())
                if not free or (filling and not won):
                    break
        finally:
            await self._give_back(crowd)

    async def _play_round(self, crowd: Crowd, free: Sequence[str], on_answer: OnAnswer) -> int:
        """How many requests won."""
        wishes = self._rules.draw(free, self._rng)
        holds = await self._timed(Call.HOLD, hold_at_once(crowd, wishes, on_answer))
        won = [hold for hold in holds if hold.outcome is Outcome.WON]
        paying = [hold for hold in won if self._rng.random() < self._rules.confirm]
        if paying:
            sales = asyncio.gather(*(crowd.confirm(hold) for hold in paying))
            await self._timed(Call.CONFIRM, sales)
        await crowd.seat_map()  # a recorded one is compared with the events
        return len(won)

    async def _timed(self, call: Call, answers: Awaitable[list[Attempt]]) -> list[Attempt]:
        begin = time.monotonic()
        attempts = await answers
        self.seconds[call] += time.monotonic() - begin
        self.attempts += attempts
        self._standing += attempts
        return attempts

    async def _give_back(self, crowd: Crowd) -> None:
        """What is held and not paid for, or may be."""
        if self._rules.keep:
            return
        sold = {a.buyer for a in self._standing_of(Call.CONFIRM) if a.outcome is Outcome.WON}
        unpaid = [hold for hold in self._standing_of(Call.HOLD) if hold.buyer not in sold]
        held = [hold for hold in unpaid if hold.outcome in (Outcome.WON, Outcome.UNKNOWN)]
        self._standing.clear()
        answers = await asyncio.gather(*(crowd.release(hold) for hold in held))
        self.not_given_back += sum(answer.outcome is Outcome.UNKNOWN for answer in answers)

    def _standing_of(self, call: Call) -> list[Attempt]:
        return [attempt for attempt in self._standing if attempt.call is call]
