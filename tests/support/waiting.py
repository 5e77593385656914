"""Waiting for a condition with a deadline: no test sleeps for a fixed time."""

import asyncio
import inspect
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")

INTERVAL = 0.02  # seconds between two looks
PATIENCE = 15.0  # seconds that a test waits unless it says otherwise: enough for a busy machine


def wait_until(condition: Callable[[], T | None], timeout: float = PATIENCE, what: str = "") -> T:
    """The first true value of `condition`, asked every 20 ms; TimeoutError after `timeout`
    seconds."""
    deadline = time.monotonic() + timeout
    while True:
        if result := condition():
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(_complaint(condition, timeout, what))
        time.sleep(INTERVAL)


@overload
async def eventually(
    condition: Callable[[], Awaitable[T | None]], timeout: float = PATIENCE, what: str = ""
) -> T: ...


@overload
async def eventually(
    condition: Callable[[], T | None], timeout: float = PATIENCE, what: str = ""
) -> T: ...


async def eventually(
    condition: Callable[[], Any], timeout: float = PATIENCE, what: str = ""
) -> Any:
    """`wait_until` for a running event loop; the condition may be a coroutine function."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if inspect.isawaitable(result):
            result = await result
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(_complaint(condition, timeout, what))
        await asyncio.sleep(INTERVAL)


def allowed(seconds: float) -> float:
    """`seconds` on a quiet machine; longer in proportion to the load on a busy one."""
    return seconds * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))


def _complaint(condition: Callable[[], object], timeout: float, what: str) -> str:
    return f"after {timeout:g} s still not: {what or getattr(condition, '__qualname__', condition)}"
