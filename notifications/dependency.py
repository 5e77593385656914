"""What notifications depend on, and what it means when it is away: everything is delayed and nothing is lost."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cinema.logs import OutageLog
from cinema.retry import brief

log = logging.getLogger(__name__)
T = TypeVar("T")

_LEFT_ALONE_SECONDS = 1.0


class DependencyDown(Exception):
    """Something is away, or refuses everybody: only waiting helps. The text says why, and names no buyer."""


class TemporaryFailure(Exception):
    """This one thing did not work out, and may do so later. The text says why, and names no buyer."""


class Dependency:
    """One such thing: so many calls may use it at once, and while it is away it is left alone for a second at a time.

    Each outage is logged once when it begins and once when it ends, however many calls meet it.
    """

    def __init__(self, name: str, at_once: int, left_alone: float = _LEFT_ALONE_SECONDS) -> None:
        self._name = name
        self._slots = asyncio.Semaphore(at_once)
        self._left_alone = left_alone
        self._left_alone_until = 0.0
        self._outage = OutageLog(log)

    async def use(self, call: Callable[[], Awaitable[T]]) -> T:
        """The call's result, once there is room for it. Raises DependencyDown, and whatever else the call raises."""
        async with self._slots:
            if time.monotonic() < self._left_alone_until:
                raise DependencyDown(f"{self._name} was away a moment ago")
            try:
                result = await call()
            except DependencyDown as down:
                self._left_alone_until = time.monotonic() + self._left_alone
                self._outage.begin(f"{self._name} is away ({brief(down)}): what needs it waits")
                raise
        self._outage.end(f"{self._name} is back")
        return result
