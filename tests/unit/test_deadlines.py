"""One timer looks after the deadlines of all calls."""

import asyncio

import pytest

from cinema.deadlines import Deadline, Deadlines


async def waits(deadlines: Deadlines, for_what: asyncio.Event) -> str:
    with Deadline(deadlines):
        await for_what.wait()
    return "in time"


async def test_a_call_that_takes_too_long_is_cancelled_and_the_others_are_not() -> None:
    deadlines, event = Deadlines(0.2), asyncio.Event()
    late = [asyncio.create_task(waits(deadlines, asyncio.Event())) for _ in range(3)]
    early = asyncio.create_task(waits(deadlines, event))
    await asyncio.sleep(0)
    event.set()
    assert await early == "in time"
    found = await asyncio.gather(*late, return_exceptions=True)
    assert all(isinstance(one, TimeoutError) for one in found)


async def test_a_call_that_begins_while_others_are_under_way_has_its_own_time() -> None:
    deadlines, event = Deadlines(0.2), asyncio.Event()
    first = asyncio.create_task(waits(deadlines, asyncio.Event()))
    await asyncio.sleep(0)
    deadlines.seconds = 30
    second = asyncio.create_task(waits(deadlines, event))
    with pytest.raises(TimeoutError):
        await first
    assert not second.done()
    event.set()
    assert await second == "in time"


async def test_the_next_deadline_is_looked_after_when_the_first_is_over() -> None:
    deadlines = Deadlines(0.05)
    first = asyncio.create_task(waits(deadlines, asyncio.Event()))
    await asyncio.sleep(0)
    deadlines.seconds = 0.2
    second = asyncio.create_task(waits(deadlines, asyncio.Event()))
    for task in (first, second):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(task), 5)
        assert task.done()


async def test_a_call_that_was_cancelled_from_elsewhere_stays_cancelled() -> None:
    task = asyncio.create_task(waits(Deadlines(30), asyncio.Event()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_call_that_is_cancelled_at_its_deadline_stays_cancelled() -> None:
    deadlines = Deadlines(30)
    task = asyncio.create_task(waits(deadlines, asyncio.Event()))
    await asyncio.sleep(0)
    (deadline,) = deadlines.under_way
    deadline.miss()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not deadlines.under_way


async def test_a_fault_of_the_call_is_its_own() -> None:
    def fails() -> None:
        raise LookupError("not here")

    with pytest.raises(LookupError), Deadline(Deadlines(30)):
        fails()
