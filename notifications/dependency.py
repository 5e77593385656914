"""What notifications depend on, and what it means when it is away: everything is delayed and nothing is lost."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cinema.retry import WAITS, brief

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
        self._away = False

    async def use(self, call: Callable[[], Awaitable[T]]) -> T:
        """The call's result, once there is room for it. Raises DependencyDown, and whatever else the call raises."""
        async with self._slots:
            if time.monotonic() < self._left_alone_until:
                raise DependencyDown(f"{self._name} was away a moment ago")
            try:
                result = await call()
            except DependencyDown as down:
                self._note_away(down)
                raise
        self._note_back()
        return result

    def _note_away(self, down: DependencyDown) -> None:
        self._left_alone_until = time.monotonic() + self._left_alone
        if not self._away:
            self._away = True
            log.warning(
                "%s is away (%s): what needs it waits", self._name, brief(down), extra=WAITS
            )

    def _note_back(self) -> None:
        if self._away:
            self._away = False
            log.info("%s is back", self._name)
