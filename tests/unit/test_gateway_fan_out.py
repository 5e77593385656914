"""When a crowd is told what has happened: at once where it is quiet, together where it is not, and in turns."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from gateway.fan_out import QUEUES_A_TURN, Broadcast, FanOut
from tests.support.waiting import eventually

UPDATE = b"update"


class FakePage:
    """Remembers what it was told; `meanwhile` happens when it is told an update."""

    tag = "ana"

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.told: list[bytes | str] = []
        self._meanwhile = meanwhile

    def put_update(self, frame: bytes) -> None:
        self.told.append(frame)
        self._meanwhile()

    def own_seats_changed(self) -> None:
        self.told.append("own seats")

    def resync(self) -> None:
        self.told.append("resync")


class Session:
    """One whose news are numbered."""

    def __init__(self, turns: asyncio.Lock | None = None) -> None:
        self.fan_out = FanOut(turns or asyncio.Lock(), rest=0)
        self.pages: list[FakePage] = []
        self.gathered: list[Broadcast] = []
        self.next = Broadcast

    def gather(self) -> Broadcast:
        news = self.next(update=f"update {len(self.gathered) + 1}".encode())
        self.gathered.append(news)
        return news

    @asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        running = asyncio.create_task(self.fan_out.run(self.pages, self.gather))  # type: ignore[arg-type]
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_what_happens_while_a_crowd_is_told_travels_together_after_it() -> None:
    session = Session()

    def three_more() -> None:
        if len(session.gathered) == 1:
            for _ in range(3):
                session.fan_out.start()

    session.pages = [FakePage(three_more) for _ in range(3 * QUEUES_A_TURN)]
    async with session.told():
        session.fan_out.start()
        await eventually(lambda: len(session.pages[-1].told) == 2)
        await asyncio.sleep(0)
    assert all(page.told == [b"update 1", b"update 2"] for page in session.pages)
    assert len(session.gathered) == 2


async def test_everybody_else_has_a_turn_before_a_large_crowd_has_been_told() -> None:
    session = Session()
    turns = 0
    seen: list[int] = []
    session.pages = [FakePage(lambda: seen.append(turns)) for _ in range(3 * QUEUES_A_TURN)]
    async with session.told():
        session.fan_out.start()
        async with asyncio.timeout(10):
            while len(seen) < len(session.pages):
                await asyncio.sleep(0)
                turns += 1
    assert len(set(seen)) >= 3


async def test_two_crowds_are_told_in_turns_and_never_both_in_one() -> None:
    lock = asyncio.Lock()
    turns = 0
    told: list[tuple[str, int]] = []
    sessions = {name: Session(lock) for name in "ab"}
    for name, session in sessions.items():
        session.pages = [
            FakePage(lambda name=name: told.append((name, turns)))  # type: ignore[misc]
            for _ in range(2 * QUEUES_A_TURN)
        ]
    async with sessions["a"].told(), sessions["b"].told(), asyncio.timeout(10):
        for session in sessions.values():
            session.fan_out.start()
        while len(told) < 4 * QUEUES_A_TURN:
            await asyncio.sleep(0)
            turns += 1
    assert [told[number * QUEUES_A_TURN][0] for number in range(4)] == ["a", "b", "a", "b"]
    assert max(Counter(turn for _, turn in told).values()) == QUEUES_A_TURN


async def test_news_that_is_void_is_told_to_nobody_else() -> None:
    session = Session()
    session.pages = [FakePage() for _ in range(2 * QUEUES_A_TURN)]

    def interrupt_once() -> None:
        if len(session.gathered) == 1:
            session.fan_out.interrupt()

    session.pages[0] = FakePage(interrupt_once)
    async with session.told():
        session.fan_out.start()
        await eventually(lambda: b"update 2" in session.pages[-1].told)
    assert session.pages[-1].told == [b"update 2"]
    assert session.pages[0].told == [b"update 1", b"update 2"]


async def test_who_gains_a_seat_hears_so_before_the_map_shows_it_held_and_who_loses_one_after() -> (
    None
):
    ana, rui, eva = FakePage(), FakePage(), FakePage()
    rui.tag, eva.tag = "rui", "eva"
    for page in (ana, rui, eva):
        Broadcast(update=UPDATE, gaining={"ana"}, losing={"rui"}).put_into(page)  # type: ignore[arg-type]
    assert ana.told == ["own seats", UPDATE]
    assert rui.told == [UPDATE, "own seats"]
    assert eva.told == [UPDATE]
