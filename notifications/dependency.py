"""A service that notifications depend on. While it is away, they are delayed and not lost."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cinema.logs import OutageLog
from cinema.retry import brief

log = logging.getLogger(__name__)
T = TypeVar("T")

_PAUSE_SECONDS = 1.0


class DependencyDown(Exception):
    """The dependency is away, or refuses every call: only waiting helps.

    The text says why, and names no buyer.
    """


class TemporaryFailure(Exception):
    """This call failed, and may succeed later. The text says why, and names no buyer."""


class Dependency:
    """Bounds the calls under way, and pauses for a second after one that found it away.

    Each outage is logged once when it begins and once when it ends.
    """

    def __init__(self, name: str, at_once: int, pause: float = _PAUSE_SECONDS) -> None:
        self._name = name
        self._slots = asyncio.Semaphore(at_once)
        self._pause = pause
        self._paused_until = 0.0
        self._outage = OutageLog(log)

    async def use(self, call: Callable[[], Awaitable[T]]) -> T:
        """The call's result, once it has a place.

        Raises DependencyDown during the pause, and what the call raises.
        """
        async with self._slots:
            if time.monotonic() < self._paused_until:
                raise DependencyDown(f"{self._name} was away a moment ago")
            try:
                result = await call()
            except DependencyDown as down:
                self._paused_until = time.monotonic() + self._pause
                self._outage.begin(f"{self._name} is away ({brief(down)}): what needs it waits")
                raise
        self._outage.end(f"{self._name} is back")
        return result
