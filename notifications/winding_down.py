"""Completes work under way when a task is cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def completed_if_cancelled(
    work: Coroutine[Any, Any, T], winding_down: asyncio.Event, seconds: float
) -> T:
    """The work's result. Cancelled, it sets `winding_down` and gives the work `seconds` to end.

    Then cancels the work if it still runs, and raises the CancelledError.
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
