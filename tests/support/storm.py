"""Random concurrent buyers on a few seats, in a real Redis, at several SeatStateService instances;
all is recorded.

tests/histories checks what was recorded afterwards, as Jepsen does.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from booking import answer as booking
from booking.hold_rules import Network
from booking.sweeper import Sweeper
from cinema.redis_connection import RedisClient, own_node
from cinema.tickets import Category
from tests.histories.check import violations
from tests.histories.lines import Action, Answer, Event, Line, Outcome, Rules
from tests.histories.recording import Recording
from tests.histories.redis_state import EventReader, read_state, record_states
from tests.support.hall import RULES, Buyer, Hall

SEATS = [f"{row}{number:02d}" for row in "AB" for number in range(1, 9)]
BUYERS, STEPS = 12, 80
LOOKS = 10
MOST_SEATS = 4
NETWORKS = [Network(f"{number:032x}", most_held=4) for number in range(3)]
HALF_PRICE_TICKETS = 4  # of 16: some are refused
# A hold lasts for several round trips of a busy machine, or nobody gets to pay.
STORM_RULES = replace(RULES, hold_ms=120, ceiling_ms=270, cooldown_ms=60, most_seats=MOST_SEATS)
ACTIONS = [
    *["hold"] * 9,
    *["confirm"] * 4,
    *["release"] * 3,
    *["cancel"] * 3,
    *["give_back"] * 3,
    "extend",
    "linger",
]


class Recorder:
    """A hall whose requests, answers and events are recorded."""

    def __init__(
        self, hall: Hall, program: str = "storm", networks: Sequence[Network] = NETWORKS
    ) -> None:
        self.hall = hall
        self.lines: list[Line] = []
        self.recording = Recording(self.lines.append)
        self.events = EventReader(hall.redis, hall.session)
        rules = Rules(
            ceiling_ms=hall.rules.ceiling_ms,
            cooldown_ms=hall.rules.cooldown_ms,
            most_seats=hall.rules.most_seats,
            networks={network.tag: network.most_held for network in networks},
        )
        self.recording.header(program, [hall.session], alone=True, rules=rules)

    async def ask(
        self, action: str, buyer: Buyer, seats: tuple[str, ...], **more: Any
    ) -> booking.Answer:
        """`more` is passed to the buyer's method."""
        recorded = {name: more[name] for name in ("key", "instead_of") if name in more}
        call = self._call(Action(action), buyer, seats, **recorded)
        answer: booking.Answer = await getattr(buyer, action)(*seats, **more)
        self.recording.answer(
            call,
            Outcome.REFUSED if answer.refusal else Outcome.OK,
            reason=answer.refusal or "",
            order=answer.order_id,
            failed=answer.failed,
        )
        return answer

    async def cancel(self, buyer: Buyer, order: str, *seats: str, **more: Any) -> bool:
        """The whole order, which was sold with these seats."""
        call = self._call(Action.CANCEL, buyer, seats, order=order)
        done = await buyer.cancel(order, *seats, **more)
        self.recording.answer(call, Outcome.OK if done else Outcome.REFUSED)
        return done

    async def give_back(
        self, buyer: Buyer, order: str, leaving: str, *seats: str, **more: Any
    ) -> bool:
        """One seat of these."""
        call = self._call(Action.CANCEL, buyer, [leaving], order=order)
        done = await buyer.give_back(order, leaving, *seats, **more)
        self.recording.answer(call, Outcome.OK if done else Outcome.REFUSED)
        return done

    def _call(self, action: Action, buyer: Buyer, seats: Sequence[str], **more: Any) -> int:
        return self.recording.call(action, self.hall.session, buyer.name, seats, **more)

    async def violations(self) -> list[str]:
        """Of the state now.

        Reads again where a sweep came between reading the events and the state.
        """
        for _ in range(LOOKS):
            await self.events.record(self.recording)
            async with own_node(self.hall.redis, self.hall.keys.version) as node:
                state = await read_state(node, self.hall.session, SEATS)
            if state.version == self.events.version:
                break
        record_states(self.recording, [state])
        return violations(self.lines)


class Visitor:
    """A buyer who does a bit of everything, at random instances. Two visitors pay as one person."""

    def __init__(
        self, recorder: Recorder, at: Sequence[Buyer], person: str, dice: random.Random
    ) -> None:
        self._linger = recorder.hall.rules.hold_ms / 1_000 + 0.03  # longer than a hold lasts
        self._recorder = recorder
        self._at = at  # the same person at each instance
        self._person = person
        self._dice = dice
        self._wanted = self._some_seats()
        self._orders: list[tuple[str, tuple[str, ...], Category]] = []

    async def run(self) -> None:
        for number in range(STEPS):
            action = self._dice.choice(ACTIONS)
            if action == "linger":
                await asyncio.sleep(self._linger)  # not a wait: doing nothing is what is tried
            elif action == "cancel" and self._orders:
                await self._cancel(*self._dice.choice(self._orders))
            elif action == "confirm":
                await self._pay(self._dice.choice(("", f"{self._at[0].name}-{number}")))
            elif action == "give_back" and self._orders:
                await self._give_back(*self._dice.choice(self._orders))
            elif action not in ("cancel", "give_back"):
                await self._ask(action)

    def _some_seats(self) -> tuple[str, ...]:
        return tuple(self._dice.sample(SEATS, self._dice.choice((1, 1, 2, 3, 5))))

    async def _pay(self, key: str) -> None:
        category = self._dice.choice((Category.FULL, Category.STUDENT))
        answer = await self._ask(
            "confirm", key=key, category=category, quota=HALF_PRICE_TICKETS, person=self._person
        )
        if answer.order_id and not any(answer.order_id == known for known, *_ in self._orders):
            self._orders.append((answer.order_id, self._wanted, category))

    async def _cancel(self, order: str, seats: tuple[str, ...], category: Category) -> None:
        await self._recorder.cancel(self._dice.choice(self._at), order, *seats, category=category)

    async def _give_back(self, order: str, seats: tuple[str, ...], category: Category) -> None:
        """Two tabs at a time, perhaps of one seat."""
        await asyncio.gather(
            *(
                self._recorder.give_back(
                    buyer, order, self._dice.choice(seats), *seats, category=category
                )
                for buyer in self._dice.sample(self._at, 2)
            )
        )

    async def _ask(self, action: str, **more: Any) -> booking.Answer:
        """Sometimes sends the request to two instances at once."""
        if action == "hold":
            before, self._wanted = self._wanted, self._some_seats()
            if self._dice.random() < 0.3:
                more["instead_of"] = [seat for seat in before if seat not in self._wanted]
        times = 2 if self._dice.random() < 0.3 else 1
        answers = await asyncio.gather(
            *(
                self._recorder.ask(action, buyer, self._wanted, **more)
                for buyer in self._dice.sample(self._at, times)
            )
        )
        return answers[0]


async def storm(clients: Sequence[RedisClient], session: str, seed: str) -> Recorder:
    """Each client is a service process; two of them sweep. Asserts that a bit of everything
    happened.

    A booking server on the same database sweeps, too: it needs the storm's cool-down, since a hold
    takes a longer one for that of a clock that was set back.
    """
    return await storm_in([Hall(client, STORM_RULES, session) for client in clients], seed)


async def storm_in(instances: Sequence[Hall], seed: str) -> Recorder:
    """The same; each hall decides where its buyers ask."""
    recorder = Recorder(instances[0])
    visitors = [
        Visitor(
            recorder,
            [
                instance.buyer(f"visitor-{number}", NETWORKS[number % len(NETWORKS)])
                for instance in instances
            ],
            f"person-{number // 2}",
            random.Random(f"{seed}-{number}"),
        )
        for number in range(BUYERS)
    ]
    async with asyncio.TaskGroup() as group:
        helpers = [group.create_task(_sweep(instance)) for instance in instances[:2]]
        helpers.append(group.create_task(_record(recorder)))
        await asyncio.gather(*(visitor.run() for visitor in visitors))
        for helper in helpers:
            helper.cancel()
    _assert_that_everything_happened(recorder.lines)
    return recorder


async def _sweep(instance: Hall) -> None:
    sweeper = Sweeper(instance.redis, instance.seats)
    while True:
        await sweeper.sweep()
        await asyncio.sleep(0.01)


async def _record(recorder: Recorder) -> None:
    while True:
        await recorder.events.record(recorder.recording)
        await asyncio.sleep(0.01)


def _assert_that_everything_happened(lines: Sequence[Line]) -> None:
    """A storm that does nothing proves nothing."""
    changes = [change for line in lines if isinstance(line, Event) for change in line.changes]
    happened = Counter(change.reason or change.state for change in changes)
    for what in ("held", "sold", "timeout", "liberado", "cancelado"):
        assert happened[what] >= 3, what
    refusals = {line.reason for line in lines if isinstance(line, Answer)}
    assert len(refusals) >= 5, refusals
