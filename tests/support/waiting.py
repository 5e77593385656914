"""Waiting for a condition with a deadline: no test sleeps for a fixed time."""

import asyncio
import inspect
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.1  # seconds between two looks
PATIENCE = 15.0  # seconds that a test waits unless it says otherwise: enough for a busy machine


def wait_until(condition: Callable[[], T | None], timeout: float = PATIENCE, what: str = "") -> T:
    """The first true value of `condition`; TimeoutError after `timeout` seconds.

    A look costs CPU: the longer the wait, the longer the pauses between two.
    """
    began = time.monotonic()
    while True:
        if result := condition():
            return result
        waited = time.monotonic() - began
        if waited > timeout:
            raise TimeoutError(_complaint(condition, timeout, what))
        time.sleep(_pause(waited))


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
    began = time.monotonic()
    while True:
        result = condition()
        if inspect.isawaitable(result):
            result = await result
        if result:
            return result
        waited = time.monotonic() - began
        if waited > timeout:
            raise TimeoutError(_complaint(condition, timeout, what))
        await asyncio.sleep(_pause(waited))


def _pause(waited: float) -> float:
    return min(max(FIRST_PAUSE, waited / 10), LONGEST_PAUSE)


def allowed(seconds: float) -> float:
    """`seconds` on a quiet machine; longer in proportion to the load on a busy one."""
    return seconds * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))


def _complaint(condition: Callable[[], object], timeout: float, what: str) -> str:
    return f"after {timeout:g} s still not: {what or getattr(condition, '__qualname__', condition)}"
