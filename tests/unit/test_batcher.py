"""Many callers, few calls."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from notifications.batcher import MOST_WAITING, Batcher
from tests.support.waiting import eventually

MOST = 4


class Down(Exception):
    """A failure for all callers."""


class Poisoned(Exception):
    """Concerns one question."""


@dataclass
class Server:
    """Answers a number with its double."""

    down: bool = False
    poisoned: set[int] = field(default_factory=set)
    calls: list[list[int]] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open.set()

    async def answer(self, numbers: Sequence[int]) -> list[int]:
        self.calls.append(list(numbers))
        await self.open.wait()
        if self.down:
            raise Down
        if self.poisoned & set(numbers):
            raise Poisoned
        return [2 * number for number in numbers]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def batcher(server: Server) -> Batcher[int, int]:
    return Batcher(server.answer, MOST, Down)


async def test_each_caller_gets_its_own_answer(server: Server, batcher: Batcher[int, int]) -> None:
    answers = await asyncio.gather(*map(batcher.ask, range(10)))
    assert answers == [2 * number for number in range(10)]
    assert server.calls == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


async def test_questions_during_a_call_share_the_next_one(
    server: Server, batcher: Batcher[int, int]
) -> None:
    server.open.clear()
    first = asyncio.create_task(batcher.ask(1))
    await eventually(lambda: server.calls)
    others = [asyncio.create_task(batcher.ask(number)) for number in (2, 3)]
    await asyncio.sleep(0)
    server.open.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6]
    assert server.calls == [[1], [2, 3]]
    assert await batcher.ask(5) == 10


async def test_a_failure_for_all_fails_every_waiting_caller(
    server: Server, batcher: Batcher[int, int]
) -> None:
    server.down = True
    failures = await asyncio.gather(*map(batcher.ask, range(10)), return_exceptions=True)
    assert [type(failure) for failure in failures] == [Down] * 10
    assert len(server.calls) == 1
    server.down = False
    assert await batcher.ask(1) == 2


async def test_one_poisoned_question_stops_no_other(
    server: Server, batcher: Batcher[int, int]
) -> None:
    server.poisoned = {2}
    answers = await asyncio.gather(*map(batcher.ask, range(4)), return_exceptions=True)
    assert [a if isinstance(a, int) else type(a) for a in answers] == [0, 2, Poisoned, 6]


async def test_a_cancelled_caller_is_left_out_and_fails_no_other(
    server: Server, batcher: Batcher[int, int]
) -> None:
    server.open.clear()
    asking = [asyncio.create_task(batcher.ask(number)) for number in range(6)]
    await eventually(lambda: server.calls)
    for given_up in (asking[1], asking[4]):
        given_up.cancel()
    await asyncio.sleep(0)
    server.open.set()
    assert await asyncio.gather(*(asking[n] for n in (0, 2, 3, 5))) == [0, 4, 6, 10]
    assert server.calls == [[0, 1, 2, 3], [5]]


async def test_callers_of_a_cancelled_call_are_cancelled(
    server: Server, batcher: Batcher[int, int]
) -> None:
    server.open.clear()
    asking = [asyncio.create_task(batcher.ask(number)) for number in range(6)]
    await eventually(lambda: server.calls)
    assert batcher._calling is not None
    batcher._calling.cancel()
    await asyncio.wait(asking, timeout=5)
    assert all(task.cancelled() for task in asking)


async def test_the_queue_has_a_bound(server: Server, batcher: Batcher[int, int]) -> None:
    server.open.clear()
    first = asyncio.create_task(batcher.ask(0))
    await eventually(lambda: server.calls)
    waiting = [asyncio.create_task(batcher.ask(number)) for number in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Down, match="wait already"):
        await batcher.ask(1)
    server.open.set()
    assert len(await asyncio.gather(first, *waiting)) == MOST_WAITING + 1
