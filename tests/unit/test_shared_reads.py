"""One read for all waiting callers, and none that began before its caller asked."""

import asyncio

import pytest

from cinema.shared_reads import SharedReads
from tests.support.waiting import eventually


class Source:
    """Answers with how many reads have begun, once it is let."""

    def __init__(self) -> None:
        self.reads = SharedReads[str, int]()
        self.begun = 0
        self.may_answer = asyncio.Event()
        self.fault: Exception | None = None

    async def _begin(self) -> int:
        self.begun += 1
        number = self.begun
        await self.may_answer.wait()
        if self.fault:
            raise self.fault
        return number

    def ask(self, key: str = "a") -> "asyncio.Task[int]":
        return asyncio.create_task(self.reads.read(key, self._begin))


async def test_concurrent_callers_share_one_read() -> None:
    source = Source()
    source.may_answer.set()
    assert await asyncio.gather(*(source.ask() for _ in range(10))) == [1] * 10


async def test_callers_during_a_read_share_the_next_one() -> None:
    source = Source()
    first = source.ask()
    await eventually(lambda: source.begun == 1)
    late = [source.ask() for _ in range(3)]
    source.may_answer.set()
    assert await first == 1
    assert await asyncio.gather(*late) == [2, 2, 2]


async def test_different_things_are_read_beside_each_other() -> None:
    source = Source()
    asked = [source.ask("a"), source.ask("b")]
    await eventually(lambda: source.begun == 2)
    source.may_answer.set()
    assert await asyncio.gather(*asked) == [1, 2]


async def test_a_reader_that_gives_up_leaves_the_read_to_the_others() -> None:
    source = Source()
    hasty, patient = source.ask(), source.ask()
    await eventually(lambda: source.begun == 1)
    hasty.cancel()
    source.may_answer.set()
    assert await patient == 1


async def test_a_fault_reaches_all_waiting_callers_and_no_later_ones() -> None:
    source = Source()
    source.fault = OSError("away")
    asked = [source.ask(), source.ask()]
    source.may_answer.set()
    for one in asked:
        with pytest.raises(OSError, match="away"):
            await one
    source.fault = None
    assert await source.ask() == 2
