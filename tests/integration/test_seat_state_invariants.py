"""The guarantees hold in a storm of buyers, and the checker would notice if one of them did not."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

import seat_state_service
from booking.sweeper import Sweeper
from cinema.outcomes import Answer
from cinema.redis_connection import RedisClient, connect
from cinema.settings import RedisSettings
from tests.hall import Buyer, Hall
from tests.history import Asked, History, read_standing
from tests.invariants import violations

SEATS = [f"{row}{number:02d}" for row in "AB" for number in range(1, 9)]
INSTANCES, BUYERS, STEPS = 3, 12, 150
MOST_SEATS = 4
ACTIONS = [*["hold"] * 9, *["confirm"] * 4, *["release"] * 3, *["cancel"] * 3, "extend", "linger"]


class Recorder:
    """A hall whose requests and answers are written down."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.history = History(hall.session)

    async def ask(self, action: str, buyer: Buyer, seats: tuple[str, ...], **more: str) -> Answer:
        answer: Answer = await getattr(buyer, action)(*seats, **more)
        self.history.asked.append(Asked(action, buyer.name, frozenset(seats), answer))
        return answer

    async def violations(self) -> list[str]:
        await self.history.record_events(self.hall.redis)
        standing = await read_standing(self.hall.redis, self.hall.session, SEATS)
        return violations(self.history, standing, self.hall.rules.most_seats)


class Visitor:
    """A buyer who does a bit of everything, at whichever instance answers."""

    def __init__(self, recorder: Recorder, at: Sequence[Buyer], dice: random.Random) -> None:
        self._recorder = recorder
        self._at = at  # the same person at each instance
        self._dice = dice
        self._wanted = self._some_seats()
        self._orders: list[tuple[str, tuple[str, ...]]] = []

    async def run(self) -> None:
        for number in range(STEPS):
            action = self._dice.choice(ACTIONS)
            if action == "linger":
                await asyncio.sleep(0.05)  # longer than a hold lasts
            elif action == "cancel" and self._orders:
                await self._cancel(*self._dice.choice(self._orders))
            elif action == "confirm":
                await self._pay(self._dice.choice(("", f"key-{number}")))
            elif action != "cancel":
                await self._ask(action)

    def _some_seats(self) -> tuple[str, ...]:
        return tuple(self._dice.sample(SEATS, self._dice.choice((1, 1, 2, 3, 5))))

    async def _pay(self, key: str) -> None:
        answer = await self._ask("confirm", key=key)
        if answer.order_id:
            self._orders.append((answer.order_id, self._wanted))

    async def _cancel(self, order: str, seats: tuple[str, ...]) -> None:
        await self._dice.choice(self._at).cancel(order, *seats)

    async def _ask(self, action: str, **more: str) -> Answer:
        """Now and then a request is repeated at another instance before it is answered."""
        if action == "hold":
            self._wanted = self._some_seats()
        times = 2 if self._dice.random() < 0.3 else 1
        answers = await asyncio.gather(
            *(
                self._recorder.ask(action, buyer, self._wanted, **more)
                for buyer in self._dice.sample(self._at, times)
            )
        )
        return answers[0]


@pytest.fixture
async def instances(empty_redis_url: str, hall: Hall) -> AsyncIterator[list[Hall]]:
    """One session as several service processes see it, each with connections of its own."""
    async with AsyncExitStack() as stack:
        clients: list[RedisClient] = [
            await stack.enter_async_context(connect(RedisSettings(redis_url=empty_redis_url)))
            for _ in range(INSTANCES)
        ]
        small = Hall(clients[0], hall.rules, hall.session).with_rules(
            hold_ms=40, ceiling_ms=90, cooldown_ms=20, most_seats=MOST_SEATS
        )
        yield [Hall(client, small.rules, small.session) for client in clients]


@pytest.mark.parametrize("seed", range(3))
async def test_no_guarantee_breaks_in_a_storm_of_buyers_at_several_instances(
    instances: list[Hall], seed: int
) -> None:
    recorder = Recorder(instances[0])
    visitors = [
        Visitor(
            recorder,
            [instance.buyer(f"visitor-{number}") for instance in instances],
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
    assert await recorder.violations() == []
    _assert_that_everything_happened(recorder.history)


async def _sweep(instance: Hall) -> None:
    sweeper = Sweeper(instance.redis, instance.seats)
    while True:
        await sweeper.sweep()
        await asyncio.sleep(0.01)


async def _record(recorder: Recorder) -> None:
    while True:
        await recorder.history.record_events(recorder.hall.redis)
        await asyncio.sleep(0.01)


def _assert_that_everything_happened(history: History) -> None:
    """A storm that does nothing proves nothing."""
    public = "".join(event["changes"] for event in history.events)
    for what in ('"held"', '"sold"', '"timeout"', '"liberado"', '"cancelado"'):
        assert public.count(what) > 5, what
    refusals = {asked.answer.refusal for asked in history.asked}
    assert len(refusals) >= 5, refusals


# ------------------------------------------------------------------------ the checker is not blind

Scenario = Callable[[Recorder, Buyer, Buyer], Awaitable[None]]


async def _both_buy_one_seat(recorder: Recorder, ana: Buyer, bia: Buyer) -> None:
    for buyer in (ana, bia):
        await recorder.ask("hold", buyer, ("A01",))
        await recorder.ask("confirm", buyer, ("A01",))


async def _one_buys_and_another_holds(recorder: Recorder, ana: Buyer, bia: Buyer) -> None:
    await recorder.ask("hold", ana, ("A01",))
    await recorder.ask("confirm", ana, ("A01",))
    await recorder.ask("hold", bia, ("A01",))


async def _groups_overlap(recorder: Recorder, ana: Buyer, bia: Buyer) -> None:
    await recorder.ask("hold", ana, ("A01", "A02"))
    await recorder.ask("hold", bia, ("A02", "A03"))


async def _one_buys(recorder: Recorder, ana: Buyer, bia: Buyer) -> None:
    await recorder.ask("hold", ana, ("A01", "A02"))
    await recorder.ask("confirm", ana, ("A01", "A02"))


async def _one_holds_and_releases(recorder: Recorder, ana: Buyer, bia: Buyer) -> None:
    await recorder.ask("hold", ana, ("A01",))
    await recorder.ask("release", ana, ("A01",))


SOLD_SEATS_CAN_BE_HELD = ("hold", "redis.call('HEXISTS', sold_key, seat) == 1", "false")
SALES_ARE_OVERLOOKED = ("confirm", "if sale then", "if false then")
SALES_ARE_OVERWRITTEN = ("confirm", "HSETNX", "HSET")
BROKEN: dict[str, tuple[str, Scenario, list[tuple[str, str, str]]]] = {
    "a seat that is sold twice": (
        "(1) A01 is sold again",
        _both_buy_one_seat,
        [SOLD_SEATS_CAN_BE_HELD, SALES_ARE_OVERLOOKED, SALES_ARE_OVERWRITTEN],
    ),
    "a seat that is locked and sold": (
        "(2) A01 is locked and sold",
        _one_buys_and_another_holds,
        [SOLD_SEATS_CAN_BE_HELD],
    ),
    "a request that is half granted": (
        "(3) version 2 held ['A03'], part of",
        _groups_overlap,
        [("hold", "if #taken > 0 then", "if #wanted == 0 then")],
    ),
    "a sale without its outbox entry": (
        "(4) order ",
        _one_buys,
        [("confirm", "redis.call('XADD', outbox_key, '*', 'mensagem', message)", "")],
    ),
    "a version that is left out": (
        "(5) version 3 follows 1",
        _one_holds_and_releases,
        [("release", "redis.call('INCR', version_key)", "redis.call('INCRBY', version_key, 2)")],
    ),
    "a lock without its due entry": (
        "(6) A01 is locked, but not in the due set",
        _groups_overlap,
        [("hold", "redis.call('ZADD', due_key", "redis.call('ZADD', due_key .. 'x'")],
    ),
    "an event that names the buyer": (
        "(7) version 1 names ",
        _groups_overlap,
        [("hold", "deadline = deadline, tag = tag})\n  end", "deadline = deadline, tag = buyer})\n  end")],
    ),
    "a buyer whose seats are miscounted": (
        "(+) ",
        _one_buys,
        [("confirm", "account.held - #mine", "account.held")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
async def test_the_checker_notices(
    hall: Hall, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint, scenario, changes = BROKEN[fault]
    scripts = tmp_path / "lua"
    shutil.copytree(seat_state_service._LUA, scripts)
    for name, old, new in changes:
        text = (scripts / f"{name}.lua").read_text()
        assert old in text
        (scripts / f"{name}.lua").write_text(text.replace(old, new))
    sound = Recorder(Hall(hall.redis))
    await scenario(sound, sound.hall.buyer(), sound.hall.buyer())
    assert await sound.violations() == []
    monkeypatch.setattr(seat_state_service, "_LUA", scripts)
    broken = Recorder(Hall(hall.redis))
    await scenario(broken, broken.hall.buyer(), broken.hall.buyer())
    assert any(line.startswith(complaint) for line in await broken.violations())


async def test_the_checker_compares_what_buyers_were_told_with_what_stands(hall: Hall) -> None:
    recorder = Recorder(hall)
    ana = hall.buyer()
    recorder.history.asked += [
        Asked("hold", ana.name, frozenset({"A01"}), Answer(token="t")),
        Asked("confirm", ana.name, frozenset({"A01"}), Answer(order_id="00-lost")),
    ]
    assert await recorder.violations() == [
        "(3) ['A01'] were granted, but never held together",
        "(3) order 00-lost is not of ['A01']",
    ]
