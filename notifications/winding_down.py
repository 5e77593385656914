"""Stopping without leaving half a piece of work behind."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def carried_through(
    work: Coroutine[Any, Any, T], winding_down: asyncio.Event, seconds: float
) -> T:
    """The work's result. If the caller is cancelled meanwhile, `winding_down` is set and the work has `seconds` to end.

    Only then is the cancellation passed on: to the work, if it still goes on, and in any case to the caller.
    """
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        winding_down.set()
        await asyncio.wait([task], timeout=seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
