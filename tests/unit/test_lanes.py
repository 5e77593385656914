"""Slow ones make room for others, up to a limit."""

import asyncio

from notifications.lanes import Lanes, Turn


async def entered(lanes: Lanes) -> Turn | None:
    """None if there is no room within a moment."""
    try:
        return await asyncio.wait_for(lanes.enter(), 0.05)
    except TimeoutError:
        return None


async def test_so_many_at_once_and_no_more() -> None:
    lanes = Lanes(at_once=2, slow_at_once=5, slow_after=60)
    first, second = await lanes.enter(), await lanes.enter()
    assert await entered(lanes) is None
    first.end()
    third = await lanes.enter()
    second.end()
    third.end()


async def test_a_slow_one_makes_room_as_long_as_few_are_slow() -> None:
    lanes = Lanes(at_once=1, slow_at_once=2, slow_after=0.01)
    turns = [await lanes.enter() for _ in range(3)]
    assert await entered(lanes) is None
    turns[0].end()
    turns.append(await lanes.enter())  # the third one steps aside now
    for turn in turns[1:]:
        turn.end()
    turn = await lanes.enter()
    turn.end()


async def test_without_room_for_slow_ones_a_slow_one_counts_like_any_other() -> None:
    lanes = Lanes(at_once=1, slow_at_once=0, slow_after=0.01)
    only = await lanes.enter()
    assert await entered(lanes) is None
    only.end()
    again = await lanes.enter()
    again.end()
