"""Many holds that end at once, browsers that stop reading, and a Redis that was emptied."""

import asyncio
import itertools
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

import grpc
import orjson
import psutil

from deploy.ports import LOOPBACK
from tests.bench import big_room
from tests.bench.buyers import Counter, counter, in_groups
from tests.bench.meter import Call, quantile
from tests.bench.sockets import Page, pages
from tests.bench.stage import ONE_ADDRESS, box_office
from tests.bench.traffic import Pace
from tests.bench.watchers import watching
from tests.crowd.load import Attempt, Crowd, Outcome, free_seats, new_buyer
from tests.faults.figures import Figures
from tests.faults.load import Load
from tests.faults.stage import Stage, seats_of, staged
from tests.histories.recording import NOWHERE
from tests.support.gateway_in_process import cramped_socket
from tests.support.processes import LocalProcess
from tests.support.services import Gateway
from tests.support.waiting import eventually

HALLS, SEATS_A_HOLD, HOLD_SECONDS = 10, 100, 15  # 30,000 seats
HOLDING_AT_ONCE = 8
MAPS_A_HALL = 2
DUE_PROMISE_SECONDS = 1.0
DUE_WITHIN_SECONDS = 2  # of each other: what counts as at once
BROWSERS, SLEEPERS = 900, 100
SEATS_A_CHANGE, CHANGES_A_SECOND = 10, 10
NOISE_A_SECOND = 3  # holds of 100 seats each, given back at once: more than a line holds
SEEN_PROMISE_SECONDS = 0.25
MEMORY_PROMISE_MB = 20
NOTICE_SECONDS = 10
CALL_SECONDS = 30

Freed = dict[str, list[float]]  # a seat, and when each map showed that it is free


def _note(freed: Freed, frame: bytes) -> None:
    now, facts = time.monotonic(), orjson.loads(frame)
    for change in facts.get("mudancas", ()):
        if change["evento"] == "assento_liberado":
            freed[change["assento"]].append(now)


async def due_at_once() -> Figures:
    """Nobody listens to Redis' notifications; booking sweeps what is due."""
    halls = big_room.numbered(HALLS, "D")
    settings = ONE_ADDRESS | {"HOLD_SECONDS": str(HOLD_SECONDS)}
    with box_office(big_room.programme(halls), **settings) as office, office.gateway() as gateway:
        freed: dict[str, Freed] = {hall: defaultdict(list) for hall in halls}
        async with AsyncExitStack() as stack:
            for hall in halls:
                note = partial(_note, freed[hall])
                await stack.enter_async_context(pages(gateway.url, hall, MAPS_A_HALL, note))
            channel = grpc.aio.insecure_channel(office.booking.address)
            await stack.enter_async_context(channel)
            holds = await _hold_all(channel, halls)
            wanted = MAPS_A_HALL * sum(len(hold.seats) for _, hold in holds)
            count = partial(_count, freed)
            await eventually(lambda: count() >= wanted, 4 * HOLD_SECONDS, "every seat free")
        late = [
            at - hold.until for hall, hold in holds for s in hold.seats for at in freed[hall][s]
        ]
        sweeps = office.booking.log.count("seats whose hold had ended")
    ends = [hold.until for _, hold in holds]
    p99 = quantile(late, 0.99)
    number, span = wanted // MAPS_A_HALL, max(ends) - min(ends)
    problems = [f"p99 {p99:.2f} s"] if p99 > DUE_PROMISE_SECONDS else []
    if number < HALLS * big_room.SEATS:
        problems.append(f"only {number:,} holds")
    if span > DUE_WITHIN_SECONDS:
        problems.append(f"not reached: all due within {DUE_WITHIN_SECONDS} s")
    reached = f"{number:,} holds due within {span:.1f} s, {sweeps} sweeps in booking's log; "
    reached += f"free on every map: p99 {p99 * 1000:.0f} ms, at most {max(late) * 1000:.0f} ms"
    title = f"{number:,} holds due at once, no listener"
    return Figures("due", title, 0, 0, 0, reached, problems=problems)


async def _hold_all(channel: grpc.aio.Channel, halls: Sequence[str]) -> list[tuple[str, Attempt]]:
    turns = asyncio.Semaphore(HOLDING_AT_ONCE)

    async def hold(hall: str, crowd: Crowd, seats: tuple[str, ...]) -> tuple[str, Attempt]:
        async with turns:
            return hall, await crowd.hold(new_buyer(), seats)

    crowds = {hall: Crowd(channel, hall, CALL_SECONDS) for hall in halls}
    parts = [
        (hall, crowd, seats)
        for hall, crowd in crowds.items()
        for seats in _parts(free_seats(await crowd.seat_map()))
    ]
    made = await asyncio.gather(*(hold(*part) for part in parts))
    return [(hall, one) for hall, one in made if one.outcome is Outcome.WON]


def _parts(seats: Sequence[str]) -> list[tuple[str, ...]]:
    begins = range(0, len(seats), SEATS_A_HOLD)
    return [tuple(seats[begin : begin + SEATS_A_HOLD]) for begin in begins]


def _count(freed: dict[str, Freed]) -> int:
    return sum(len(times) for hall in freed.values() for times in hall.values())


# ------------------------------------------------------------------------------- sleeping browsers


async def sleeping_browsers() -> Figures:
    """100 of 1,000 stop reading; the others see each change in time, and memory stays."""
    with (
        box_office(big_room.programme(), **ONE_ADDRESS) as office,
        office.gateway() as gateway,
        watching(gateway.url, big_room.SESSION, BROWSERS) as maps,
    ):
        async with counter(office.booking.address) as at, _sleepers(gateway) as sleepers:
            seats = await at.seats(big_room.SESSION)
            before = _memory(gateway)
            half = len(seats) // 2
            noise = asyncio.create_task(
                _noise(Crowd(at.channel, big_room.SESSION, 9), seats[half:])
            )
            asked = await _change(at, seats[:half])
            noise.cancel()
            delays = await asyncio.to_thread(lambda: maps.seen(asked).delays(asked))
            grown = (_memory(gateway) - before) / 2**20
            behind = await _wake(sleepers)
    p99 = quantile(delays, 0.99)
    problems = []
    if p99 > SEEN_PROMISE_SECONDS:
        problems.append(f"p99 {p99 * 1000:.0f} ms")
    if grown > MEMORY_PROMISE_MB:
        problems.append(f"the gateway has grown by {grown:.0f} MB")
    if behind < SLEEPERS:
        problems.append(f"not reached: only {behind} sleepers were given a new map or closed")
    reached = f"{behind} sleepers given a new map or closed; the others' p99 "
    reached += f"{p99 * 1000:.0f} ms, the gateway's memory {grown:+.1f} MB"
    title = f"{SLEEPERS} of {BROWSERS + SLEEPERS:,} browsers stop reading"
    return Figures("sleepers", title, 0, 0, 0, reached, problems=problems)


@dataclass
class Sleeper:
    """`frames` that it has read since it fell asleep."""

    page: Page
    frames: list[bytes]

    @property
    def was_behind(self) -> bool:
        return self.page.is_closed or any(b'"estado_inicial"' in frame for frame in self.frames)


@asynccontextmanager
async def _sleepers(gateway: Gateway) -> AsyncIterator[list[Sleeper]]:
    """On lines that hold little, so that what they do not read waits in the gateway."""
    sleepers = [await _open_sleeper(gateway) for _ in range(SLEEPERS)]
    try:
        await eventually(lambda: all(one.frames for one in sleepers), what="a map for each")
        for sleeper in sleepers:
            sleeper.page.stop_reading()
            sleeper.frames.clear()
        yield sleepers
    finally:
        for sleeper in sleepers:
            sleeper.page.close()


async def _open_sleeper(gateway: Gateway) -> Sleeper:
    frames: list[bytes] = []
    line = await cramped_socket(gateway.port)
    loop = asyncio.get_running_loop()
    _, page = await loop.create_connection(lambda: Page(frames.append), sock=line)
    await page.shake_hands(big_room.SESSION, f"{LOOPBACK}:{gateway.port}")
    return Sleeper(page, frames)


async def _wake(sleepers: Sequence[Sleeper]) -> int:
    """How many were given a new map instead of a backlog, or were closed."""
    for sleeper in sleepers:
        sleeper.page.read_again()
    with suppress(TimeoutError):
        await eventually(lambda: _behind(sleepers) >= len(sleepers), what="all awake")
    return _behind(sleepers)


def _behind(sleepers: Sequence[Sleeper]) -> int:
    return sum(sleeper.was_behind for sleeper in sleepers)


async def _change(at: Counter, seats: Sequence[str]) -> dict[str, float]:
    """Holds, at a constant rate. When each seat was asked for, by time.perf_counter()."""
    pace, asked = Pace(CHANGES_A_SECOND), dict[str, float]()
    orders = in_groups(big_room.SESSION, seats, SEATS_A_CHANGE)
    async with asyncio.TaskGroup() as tasks:
        for order, call in zip(orders, at.holds(orders), strict=True):
            await pace.leave_for(1)
            wanted = [order.request.assento.assento_num, *order.request.assentos]
            asked |= dict.fromkeys(wanted, time.perf_counter())
            tasks.create_task(_made(call))
    return asked


async def _noise(crowd: Crowd, seats: Sequence[str]) -> None:
    pace = Pace(NOISE_A_SECOND)
    for part in itertools.cycle(_parts(seats)):
        await pace.leave_for(1)
        await crowd.release(await crowd.hold(new_buyer(), part))


async def _made(call: Call) -> None:
    await call()


def _memory(process: LocalProcess) -> int:
    return int(psutil.Process(process.pid).memory_full_info().uss)


# -------------------------------------------------------------------------------- Redis is emptied


async def emptied() -> Figures:
    """What was sold is gone: booking notices it and sells nothing more, until the operator acts."""
    with staged(random.randrange(1_000)) as stage:
        session = next(stage.sessions)
        seats = iter(seats_of(stage, session))
        load = Load(stage.addresses, session, seats, NOWHERE, patience=NOTICE_SECONDS)
        async with load.running(8) as answers:
            await eventually(lambda: len(answers.sales) >= 15, 30, "15 sales")
            with stage.ask() as redis:
                redis.flushall()
            begin = time.monotonic()
            has_noticed = partial(_all_have_noticed, stage)
            await eventually(has_noticed, 2 * NOTICE_SECONDS, "both booking servers notice")
            noticed = time.monotonic()
            unknown = answers.unknown
            await eventually(lambda: answers.unknown >= unknown + 30, 30, "30 refusals")
    sold_after = sum(at > noticed for at in answers.sales.values())
    problems = [f"{sold_after} sales after the loss was noticed"] if sold_after else []
    if noticed - begin > NOTICE_SECONDS:
        problems.append(f"noticed after {noticed - begin:.1f} s")
    return Figures(
        "emptied",
        "Redis emptied (FLUSHALL): nothing is promised but the notice",
        acknowledged=len(answers.sales),
        lost=sum(at <= begin for at in answers.sales.values()),
        doubled=0,
        reached=f"both booking servers say so after {noticed - begin:.1f} s, "
        f"and sell nothing more; {answers.unknown - unknown} calls refused after that",
        offered=answers.offered,
        served=answers.served,
        a_second=8,
        problems=problems,
    )


def _all_have_noticed(stage: Stage) -> bool:
    return all("has lost dataset" in booking.log for booking in stage.system.bookings)
