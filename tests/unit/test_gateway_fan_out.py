"""Fan-out: at once in a quiet session, coalesced in a busy one, and in turns."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from gateway.fan_out import QUEUES_A_TURN, Broadcast, FanOut
from tests.support.waiting import eventually

UPDATE = b"update"


class FakePage:
    """Records what it is sent; calls `meanwhile` at each update."""

    tag = "ana"

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.sent: list[bytes | str] = []
        self._meanwhile = meanwhile

    def put_update(self, frame: bytes) -> None:
        self.sent.append(frame)
        self._meanwhile()

    def put_situation(self, frame: bytes) -> None:
        self.sent.append(frame)

    def put_audience(self, frame: bytes) -> None:
        self.sent.append(frame)

    def own_seats_changed(self) -> None:
        self.sent.append("own seats")

    def resync(self) -> None:
        self.sent.append("resync")


class Session:
    """A session whose updates are numbered."""

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
    async def running(self) -> AsyncIterator[None]:
        running = asyncio.create_task(self.fan_out.run(self.pages, self.gather))  # type: ignore[arg-type]
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_changes_during_a_fan_out_travel_together_after_it() -> None:
    session = Session()

    def three_more() -> None:
        if len(session.gathered) == 1:
            for _ in range(3):
                session.fan_out.start()

    session.pages = [FakePage(three_more) for _ in range(3 * QUEUES_A_TURN)]
    async with session.running():
        session.fan_out.start()
        await eventually(lambda: len(session.pages[-1].sent) == 2)
        await asyncio.sleep(0)
    assert all(page.sent == [b"update 1", b"update 2"] for page in session.pages)
    assert len(session.gathered) == 2


async def test_other_tasks_run_between_the_turns_of_a_fan_out() -> None:
    session = Session()
    turns = 0
    seen: list[int] = []
    session.pages = [FakePage(lambda: seen.append(turns)) for _ in range(3 * QUEUES_A_TURN)]
    async with session.running():
        session.fan_out.start()
        async with asyncio.timeout(10):
            while len(seen) < len(session.pages):
                await asyncio.sleep(0)
                turns += 1
    assert len(set(seen)) >= 3


async def test_two_fan_outs_take_turns() -> None:
    lock = asyncio.Lock()
    turns = 0
    sent: list[tuple[str, int]] = []
    sessions = {name: Session(lock) for name in "ab"}
    for name, session in sessions.items():
        session.pages = [
            FakePage(lambda name=name: sent.append((name, turns)))  # type: ignore[misc]
            for _ in range(2 * QUEUES_A_TURN)
        ]
    async with sessions["a"].running(), sessions["b"].running(), asyncio.timeout(10):
        for session in sessions.values():
            session.fan_out.start()
        while len(sent) < 4 * QUEUES_A_TURN:
            await asyncio.sleep(0)
            turns += 1
    assert [sent[number * QUEUES_A_TURN][0] for number in range(4)] == ["a", "b", "a", "b"]
    assert max(Counter(turn for _, turn in sent).values()) == QUEUES_A_TURN


async def test_a_void_broadcast_is_not_sent_to_the_remaining_pages() -> None:
    session = Session()
    session.pages = [FakePage() for _ in range(2 * QUEUES_A_TURN)]

    def interrupt_once() -> None:
        if len(session.gathered) == 1:
            session.fan_out.interrupt()

    session.pages[0] = FakePage(interrupt_once)
    async with session.running():
        session.fan_out.start()
        await eventually(lambda: b"update 2" in session.pages[-1].sent)
    assert session.pages[-1].sent == [b"update 2"]
    assert session.pages[0].sent == [b"update 1", b"update 2"]


async def test_a_broadcast_that_becomes_void_while_it_waits_for_its_turn_is_not_sent() -> None:
    turns = asyncio.Lock()
    session = Session(turns)
    session.pages = [FakePage()]
    async with session.running():
        async with turns:
            session.fan_out.start()
            await eventually(lambda: session.gathered)
            session.fan_out.interrupt()
        await eventually(lambda: b"update 2" in session.pages[0].sent)
    assert session.pages[0].sent == [b"update 2"]


async def test_the_states_of_a_void_broadcast_still_reach_the_remaining_pages() -> None:
    session = Session()
    session.pages = [FakePage() for _ in range(2 * QUEUES_A_TURN)]

    def interrupt_once() -> None:
        if len(session.gathered) == 1:
            session.fan_out.interrupt()

    def states_first(update: bytes) -> Broadcast:
        if session.gathered:
            return Broadcast(update=update, audience=b"2 watch")
        return Broadcast(update=update, situation=b"live", audience=b"1 watches")

    session.next = states_first  # type: ignore[assignment]
    session.pages[0] = FakePage(interrupt_once)
    async with session.running():
        session.fan_out.start()
        await eventually(lambda: b"2 watch" in session.pages[-1].sent)
    assert session.pages[-1].sent == [b"update 2", b"live", b"2 watch"]


async def test_own_seats_come_before_an_update_that_gains_one_and_after_one_that_loses_one() -> (
    None
):
    ana, rui, eva = FakePage(), FakePage(), FakePage()
    rui.tag, eva.tag = "rui", "eva"
    for page in (ana, rui, eva):
        Broadcast(update=UPDATE, gaining={"ana"}, losing={"rui"}).put_into(page)  # type: ignore[arg-type]
    assert ana.sent == ["own seats", UPDATE]
    assert rui.sent == [UPDATE, "own seats"]
    assert eva.sent == [UPDATE]
